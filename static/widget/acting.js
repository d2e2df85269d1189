// What a person can do on a step: tick its actions off, go where it is done, say that it is done, put it off, ask, rate it.

// The actions one by one, with what is ticked; the server keeps it, for every place where the person sees the step.
function todo(rung, from) {
  const ticked = rung.ticked || []
  return (rung.actions || []).map((action, place) => {
    const done = ticked.includes(place)
    const looks = { class: 'todo', type: 'button', 'aria-pressed': `${done}`, 'data-key': `${rung.key}-${place}` }
    const button = draw('button', looks, draw('span', { class: 'todo-box', 'aria-hidden': 'true' }), draw('span', null, action))
    listen(button, 'click', guarded(() => { from.act(rung.key, 'tick', { action: place, done: !done }) }))
    return draw('li', null, button)
  })
}

function doing(rung, from) {
  const start = way(rung, from, rung.current ? 'Continue' : 'Start', 'btn-primary')
  const wish = from.wishes.get(rung.key) || {}
  const may = rung.may || []
  const parts = [
    start,
    rung.can_confirm && deed(rung, from, wish, 'confirm', 'I have done this', start ? '' : 'btn-primary'),
    may.includes('later') && !rung.later_until && deed(rung, from, wish, 'later', 'Remind me tomorrow', 'btn-ghost'),
    may.includes('not_for_me') && deed(rung, from, wish, 'not-for-me', 'Not for me', 'btn-ghost'),
    draw('p', { class: 'step-answer' }, wish.text),
  ]
  return draw('div', { class: 'step-actions' }, parts)
}

function deed(rung, from, wish, verb, text, looks) {
  const key = verb === 'confirm' ? rung.key : `${rung.key}-${verb}`
  const button = draw('button', { class: `btn ${looks}`, type: 'button', 'data-key': key, 'aria-busy': wish.busy && 'true' }, text)
  listen(button, 'click', guarded(() => { from.act(rung.key, verb) }))
  return button
}

function help(rung, from) {
  const asked = rung.asked && note('You asked for help', rung.asked.text)
  const words = field(rung, from, 'help', 'What do you need?')
  const send = draw('button', { class: 'btn btn-sm', type: 'button', 'data-key': `${rung.key}-ask` }, 'Ask')
  listen(send, 'click', guarded(() => {
    if (words.text()) from.act(rung.key, 'help', { text: words.text() }, 'help')
    else focusOn(words.area)
  }))
  return [asked, fold(rung, 'help', asked ? 'Ask again' : 'Ask for help', words.label, words.area, send)]
}

// A number says it; the sentence goes with it.
function rating(rung, from) {
  const said = rung.rating || {}
  const words = field(rung, from, 'rate', 'In a sentence, then a number: 1 is hard going, 5 well worth it')
  const numbers = [1, 2, 3, 4, 5].map((stars) => {
    const looks = { class: 'btn btn-sm', type: 'button', 'aria-pressed': `${said.stars === stars}`, 'data-key': `${rung.key}-${stars}` }
    const button = draw('button', looks, `${stars}`)
    listen(button, 'click', guarded(() => { from.act(rung.key, 'feedback', { rating: stars, text: words.text() || said.text || '' }, 'rate') }))
    return button
  })
  const told = said.stars && note('You said', said.text ? `${said.stars} of 5: ${said.text}` : `${said.stars} of 5`)
  return [told, fold(rung, 'rate', told ? 'Say it otherwise' : 'How was it?', words.label, words.area, draw('div', { class: 'step-actions' }, numbers))]
}

function fold(rung, kind, title, ...inside) {
  return draw('details', { class: 'step-help', 'data-key': `${rung.key}/${kind}` }, draw('summary', { 'data-key': `${rung.key}/${kind}` }, title), inside)
}

// What is typed survives every redrawing: it is kept outside of what is drawn.
function field(rung, from, kind, title) {
  const key = `${rung.key}/${kind}`
  const area = draw('textarea', { class: 'input', rows: 2, maxlength: 2000, 'data-key': `${key}-words`, 'aria-label': title })
  setText(area, from.drafts.get(key) || '')
  listen(area, 'input', guarded(() => { from.drafts.set(key, valueOf(area)) }))
  return { area, label: draw('p', { class: 'step-note', 'aria-hidden': 'true' }, title), text: () => valueOf(area).trim() }
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
