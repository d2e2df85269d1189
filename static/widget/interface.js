// window.Cairn: what the page around the widget may call. Everything here may be called at any time and never throws.
const KINDS = ['reached', 'change', 'open', 'close']
const listeners = new Map(KINDS.map((kind) => [kind, new Set()]))
let started = null

function tell(kind, detail) {
  for (const heard of listeners.get(kind)) {
    try {
      heard({ type: kind, ...detail })
    } catch (error) {
      console.error(error) // the page's own mistake: hers to see, but it must not stop the checklist
    }
  }
}

// Cairn.on('reached', (event) => …) → a function that ends it.
function on(kind, heard) {
  const chosen = listeners.get(kind)
  if (!chosen || typeof heard !== 'function') {
    warn(`on(event, function) knows the events ${KINDS.join(', ')}`)
    return () => {}
  }
  const own = (event) => heard(event) // one listener given twice is two, each with its own end
  chosen.add(own)
  return () => { chosen.delete(own) }
}

// Cairn.start({token | getToken, ladder, language, position, server}) → the element; a second start replaces the first.
function start({ token, getToken, ladder, language, position, server } = {}) {
  const element = create('cairn-checklist')
  ChecklistElement.given(element, {
    token: typeof token === 'string' ? token : '',
    getToken: typeof getToken === 'function' ? getToken : null,
  })
  for (const [name, value] of Object.entries({ ladder, language, position, server })) {
    if (value) setAttribute(element, name, `${value}`)
  }
  if (started) removeNode(started)
  started = element
  const place = () => { if (started === element) append(page.body, element) }
  if (page.body) place()
  else listen(page, 'DOMContentLoaded', guarded(place), { once: true })
  return element
}
