// How an author's Markdown reads, below the field while it is typed. Without this file the preview of the ladder shows it.
(() => {
  const { url } = document.currentScript.dataset
  const waiting = new WeakMap()

  const boxOf = (area) => {
    let box = area.parentNode.querySelector('.prose-preview')
    if (!box) {
      box = document.createElement('div')
      box.className = 'prose-preview u-sm'
      box.setAttribute('role', 'group')
      box.setAttribute('aria-label', 'How it reads')
      area.after(box)
    }
    return box
  }
  const draw = (area) => {
    const box = boxOf(area)
    box.hidden = !area.value.trim()
    if (!box.hidden) htmx.ajax('POST', url, { source: box, values: { text: area.value }, target: box, swap: 'innerHTML' })
  }
  document.addEventListener('input', (event) => {
    const area = event.target
    if (!area.matches?.('textarea[data-prose]')) return
    clearTimeout(waiting.get(area))
    waiting.set(area, setTimeout(() => draw(area), 300))
  })
})()
