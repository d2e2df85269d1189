// Elements by DOM calls only: text is always a text node, so a name that looks like HTML is shown as it is written.
const SVG = 'http://www.w3.org/2000/svg'
const ICONS = {
  alert: 'M8.8 4.2 2.9 14.6A1.4 1.4 0 0 0 4.1 16.7h11.8a1.4 1.4 0 0 0 1.2-2.1L11.2 4.2a1.4 1.4 0 0 0-2.4 0zM10 8.2v3.4M10 14v.1',
  'arrow-right': 'M3.6 10h12.8M11.6 5.2 16.4 10l-4.8 4.8',
  'arrow-out': 'M6 14 14 6M7.4 6H14v6.6',
  bolt: 'M11.2 2.6 4.8 11.4H10l-1.2 6 6.4-8.8H10z',
  cairn: 'M2.6 19.1c-.1-2.3 3-3.5 9.3-3.5s9.4 1 9.5 3.2c.1 2.3-2.8 3.2-9.4 3.2-6.4 0-9.3-.8-9.4-2.9zM5.5 12.1c-.1-2.1 2.2-3.2 6.4-3.2 4.3 0 6.6.9 6.6 2.9 0 2.2-2.4 3.1-6.4 3.1-4.1 0-6.5-.7-6.6-2.8zM8 5.6C7.9 3.5 9.4 2 11.8 2c2.5 0 4.1 1.2 4 3.1-.1 2.1-1.6 3.1-3.9 3.1-2.4 0-3.8-.7-3.9-2.6z',
  check: 'm4.6 10.6 3.6 3.6 7.2-8',
  'chev-down': 'm5.6 7.8 4.4 4.4 4.4-4.4',
  clock: 'M10 3.2a6.8 6.8 0 1 1 0 13.6 6.8 6.8 0 0 1 0-13.6zM10 6.2V10l2.6 1.6',
  lock: 'M5.8 9h8.4a1.4 1.4 0 0 1 1.4 1.4v5a1.4 1.4 0 0 1-1.4 1.4H5.8a1.4 1.4 0 0 1-1.4-1.4v-5A1.4 1.4 0 0 1 5.8 9zM7 9V6.4a3 3 0 0 1 6 0V9',
  minus: 'M4.2 10h11.6',
  play: 'M7.2 4.8 15 10l-7.8 5.2z',
  unlock: 'M5.8 9h8.4a1.4 1.4 0 0 1 1.4 1.4v5a1.4 1.4 0 0 1-1.4 1.4H5.8a1.4 1.4 0 0 1-1.4-1.4v-5A1.4 1.4 0 0 1 5.8 9zM7 9V6.4a3 3 0 0 1 5.8-1.1',
}

// draw('p', {class: 'step-cue'}, 'text', node, …): an attribute or a child that is null, false or '' is left out.
function draw(tag, attributes, ...children) {
  return fill(create(tag), attributes, children)
}

function drawSvg(tag, attributes, ...children) {
  return fill(createNS(SVG, tag), attributes, children)
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) setAttribute(element, name, '')
    else if (value || value === 0) setAttribute(element, name, `${value}`)
  }
  for (const child of children.flat()) {
    if (child && child.nodeType) append(element, child)
    else if (child || child === 0) append(element, createText(`${child}`))
  }
  return element
}

function icon(name, more = '') {
  const box = name === 'cairn' ? '0 0 24 24' : '0 0 20 20'
  const looks = name === 'cairn' ? 'celebrate-art' : `icon ${more}`.trim()
  return drawSvg('svg', { class: looks, viewBox: box, 'aria-hidden': 'true' }, drawSvg('path', { d: ICONS[name] }))
}

// A custom property by script: a page's strict CSP refuses style attributes, not this.
function set(element, property, value) {
  setProperty(styleOf(element), property, `${value}`)
  return element
}

function ring() {
  const circle = (looks) => drawSvg('circle', { class: looks, cx: 18, cy: 18, r: 15.9, pathLength: 100 })
  const svg = drawSvg('svg', { viewBox: '0 0 36 36', 'aria-hidden': 'true' }, circle('ring-track'), circle('ring-fill'))
  const label = draw('span', { class: 'ring-label', 'aria-hidden': 'true' })
  return { element: draw('div', { class: 'ring' }, svg, label), label }
}
