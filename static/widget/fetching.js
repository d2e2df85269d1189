// The part that draws is fetched when somebody has a checklist, in their language: a page where nobody has one pays for none of it.
const parts = new Map() // language → the part's promise
let tries = 0

function part(language, server) {
  if (!parts.has(language)) parts.set(language, fetchPart(language, server))
  return parts.get(language)
}

async function fetchPart(language, server) {
  const base = script ? new URL(script.src).origin : server
  const again = tries ? `&try=${tries}` : '' // a browser may remember that an address gave nothing
  try {
    const { default: make } = await within(PATIENCE, import(`${base}/widget/v1.panel.js?v=${VERSION}&language=${encode(language)}${again}`))
    return make(KIT)
  } catch (error) {
    tries += 1
    parts.delete(language)
    warn('the part that draws it did not come: a policy of the page may forbid it', error)
    throw error
  }
}
