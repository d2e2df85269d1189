// What a person can do on a step: go where it is done, or say that it is done.

function doing(rung, from) {
  const start = way(rung, from, rung.current ? 'Continue' : 'Start', 'btn-primary')
  const wish = from.wishes.get(rung.key) || {}
  const confirm = rung.can_confirm && confirmation(rung, from, wish, start ? '' : 'btn-primary')
  if (!start && !confirm) return null
  return draw('div', { class: 'step-actions' }, start, confirm, draw('p', { class: 'step-answer' }, wish.text))
}

function confirmation(rung, from, wish, looks) {
  const busy = wish.busy && 'true'
  const button = draw('button', { class: `btn ${looks}`, type: 'button', 'data-key': rung.key, 'aria-busy': busy }, 'I have done this')
  listen(button, 'click', guarded(() => { from.confirm(rung.key) }))
  return button
}

function way(rung, from, text, looks) {
  return rung.link && link(rung.link, text, from, `btn ${looks}`, 'arrow-out', rung.key)
}

// Within the host's own product a link stays in the tab; elsewhere it opens another one.
function link(address, text, from, looks, sign, key) {
  const url = safeAddress(address, from.server)
  if (!url) return null
  const away = url.origin !== window.location.origin
  const where = { href: url.href, class: looks, 'data-key': key, target: away && '_blank', rel: away && 'noopener' }
  return draw('a', where, text, away && draw('span', { class: 'u-sr' }, ' in a new tab'), away && icon(sign))
}
