// Charts: figures come as JSON with the names of design tokens where colours are; drawn anew when the theme changes.
(() => {
  const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const probe = document.createElement('span')
  probe.hidden = true

  // "--chart-1" or "--chart-1 / 0.15" as rgb: Plotly reads neither oklch() nor light-dark().
  function colour(text) {
    const [token, opacity] = text.split(' / ')
    probe.style.color = `var(${token})`
    pixel.clearRect(0, 0, 1, 1)
    pixel.fillStyle = getComputedStyle(probe).color
    pixel.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data
    return `rgba(${r}, ${g}, ${b}, ${(a / 255) * (opacity ?? 1)})`
  }

  function coloured(value) {
    if (typeof value === 'string') return value.startsWith('--') ? colour(value) : value
    if (Array.isArray(value)) return value.map(coloured)
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, coloured(each)]))
    return value
  }

  function draw(figure) {
    const said = JSON.parse(document.getElementById(figure.dataset.figure).textContent)
    const plot = figure.querySelector('.figure-plot')
    const { data, layout } = coloured(said)
    const style = getComputedStyle(plot)
    Plotly.react(plot, data, {
      ...layout,
      font: { family: style.fontFamily, size: 12, color: colour('--ink-3') },
      hoverlabel: { bgcolor: colour('--surface-raised'), bordercolor: colour('--line'), font: { color: colour('--ink') } },
      paper_bgcolor: 'rgba(0, 0, 0, 0)',
      plot_bgcolor: 'rgba(0, 0, 0, 0)',
    }, { displayModeBar: false, responsive: true })
    figure.querySelector('.figure-note').hidden = true
    const actions = figure.querySelector('.figure-actions')
    actions.hidden = false
    for (const button of actions.querySelectorAll('[data-save]')) {
      button.onclick = () => Plotly.downloadImage(plot, { format: button.dataset.save, filename: figure.dataset.figure, width: 1200, height: 600, scale: 2 })
    }
  }

  function drawAll() {
    document.body.append(probe)
    for (const figure of document.querySelectorAll('[data-figure]')) draw(figure)
  }

  // <select data-submits>: chosen by pointer it works at once. By keyboard a value changes while one looks for another, so it
  // waits for the button beside it, as it does where scripts are off.
  let isByPointer = false
  document.addEventListener('pointerdown', () => { isByPointer = true })
  document.addEventListener('keydown', () => { isByPointer = false })
  document.addEventListener('change', (event) => {
    if (!event.target.matches('[data-submits]') || !isByPointer) return
    const form = event.target.form
    if (event.target.name === 'ladder') for (const name of ['role', 'segment']) form.elements[name] && (form.elements[name].value = '')
    form.requestSubmit()
  })

  // Paper is narrower than most screens, and a drawn chart does not know: it takes the paper's width while it is printed.
  const printed = 660
  const plots = () => [...document.querySelectorAll('.figure-plot')].filter((plot) => plot.data)
  addEventListener('beforeprint', () => { for (const plot of plots()) Plotly.relayout(plot, { autosize: false, width: printed }) })
  addEventListener('afterprint', () => { for (const plot of plots()) Plotly.relayout(plot, { autosize: true, width: null }) })

  drawAll()
  document.addEventListener('htmx:afterSettle', drawAll)
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ['data-theme'] })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll)
})()
