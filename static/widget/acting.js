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
  const start = way(rung, from, rung.current ? say('Continue') : say('Start'), 'btn-primary')
  const wish = from.wishes.get(rung.key) || {}
  const may = rung.may || []
  const parts = [
    start,
    rung.can_confirm && deed(rung, from, wish, 'confirm', say('I have done this'), start ? '' : 'btn-primary'),
    may.includes('later') && !rung.later_until && deed(rung, from, wish, 'later', say('Remind me tomorrow'), 'btn-ghost'),
    may.includes('not_for_me') && deed(rung, from, wish, 'not-for-me', say('Not for me'), 'btn-ghost'),
    draw('p', { class: 'step-answer' }, wish.text),
    wish.link && link(wish.link, say('Choose a time'), from, 'btn btn-primary', 'arrow-out'),
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
  const asked = rung.asked && note(say('You asked for help'), rung.asked.text)
  const words = field(rung, from, 'help', say('What do you need?'))
  const send = draw('button', { class: 'btn btn-sm', type: 'button', 'data-key': `${rung.key}-ask` }, say('Ask'))
  listen(send, 'click', guarded(() => {
    if (words.text()) from.act(rung.key, 'help', { text: words.text() }, 'help')
    else focusOn(words.area)
  }))
  const together = from.sessions && deed(rung, from, from.wishes.get(rung.key) || {}, 'session', say('Do it together'), 'btn-sm')
  return [asked, fold(rung, 'help', asked ? say('Ask again') : say('Ask for help'), words.label, words.area, draw('div', { class: 'step-actions' }, send, together))]
}

// Articles that help with it: their words are asked for once somebody opens one.
function reading(rung, from) {
  return (rung.help || []).map((each) => {
    const room = draw('div', null)
    const box = fold(rung, `read-${each.key}`, each.title, room, link(each.url, say('Open it again'), from, 'link-btn', 'arrow-out'))
    listen(box, 'toggle', guarded(() => {
      if (!box.open || room.firstChild) return
      from.read(each.key).then((article) => {
        const lines = article ? article.text.split('\n').filter(Boolean) : [say('That did not get through. Try again.')]
        replaceChildren(room, ...lines.map((line) => draw('p', { class: 'step-note' }, line)))
      }).catch(() => {})
    }))
    return box
  })
}

// A number says it; the sentence goes with it.
function rating(rung, from) {
  const said = rung.rating || {}
  const words = field(rung, from, 'rate', say('In a sentence, then a number: 1 is hard going, 5 well worth it'))
  const numbers = [1, 2, 3, 4, 5].map((stars) => {
    const looks = { class: 'btn btn-sm', type: 'button', 'aria-pressed': `${said.stars === stars}`, 'data-key': `${rung.key}-${stars}` }
    const button = draw('button', looks, `${stars}`)
    listen(button, 'click', guarded(() => { from.act(rung.key, 'feedback', { rating: stars, text: words.text() || said.text || '' }, 'rate') }))
    return button
  })
  const told = said.stars && note(say('You said'), say('%(stars)s of 5', said) + (said.text ? `: ${said.text}` : ''))
  return [told, fold(rung, 'rate', told ? say('Say it otherwise') : say('How was it?'), words.label, words.area, draw('div', { class: 'step-actions' }, numbers))]
}

// At the end of it all: would they recommend it. The server takes it as it takes what is said of a step.
function recommending({ recommended, recommended_text: earlier }, from) {
  const all = { key: '' }
  const words = field(all, from, 'recommend', say('What would you tell them?'))
  const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((number) => {
    const looks = { class: 'btn btn-sm', type: 'button', 'aria-pressed': `${recommended === number}`, 'data-key': `recommend-${number}` }
    const button = draw('button', looks, `${number}`)
    listen(button, 'click', guarded(() => { from.act('', 'recommend', { rating: number, text: words.text() || earlier || '' }, 'recommend') }))
    return button
  })
  const told = recommended !== null && recommended !== undefined && draw('p', { class: 'step-note' }, say('You said %(number)s. Thank you.', { number: recommended }), earlier && ` “${earlier}”`)
  const wish = from.wishes.get('') || {}
  return draw('section', { class: 'widget-recommend', 'aria-label': say('Would you recommend it to a colleague?') },
    draw('h3', null, say('Would you recommend it to a colleague?')), draw('p', { class: 'step-note' }, say('From 0, not at all, to 10, certainly')),
    words.label, words.area, draw('div', { class: 'step-actions' }, numbers), told, draw('p', { class: 'step-answer' }, wish.text))
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

// A path is one of the page's own product.
function way(rung, from, text, looks) {
  return rung.link && link(rung.link, text, { server: window.location.href }, `btn ${looks}`, 'arrow-out', rung.key)
}

// Within the host's own product a link stays in the tab; elsewhere it opens another one.
function link(address, text, from, looks, sign, key) {
  const url = safeAddress(address, from.server)
  if (!url) return null
  const away = url.origin !== window.location.origin
  const where = { href: url.href, class: looks, 'data-key': key, target: away && '_blank', rel: away && 'noopener' }
  return draw('a', where, text, away && draw('span', { class: 'u-sr' }, ` ${say('in a new tab')}`), away && icon(sign))
}

// Nothing of a video is asked for before the person plays it; what does not play here, or is not allowed to, is a way to it.
function film(rung, from) {
  const { url, title, plays, captions, transcript } = rung.video
  const words = say('Play video: %(title)s', { title })
  const box = draw('div', { class: 'step-film' })
  const away = () => draw('p', { class: 'step-note' }, link(url, words, from, 'link-btn', 'play', `${rung.key}-video`))
  const play = draw('button', { class: 'link-btn', type: 'button', 'data-key': `${rung.key}-video` }, icon('play'), words)
  listen(play, 'click', guarded(() => {
    const source = draw('source', { src: url })
    const track = captions && draw('track', { kind: 'captions', src: captions, srclang: LANGUAGE, default: true })
    const video = draw('video', { class: 'video', controls: true, crossorigin: 'anonymous', playsinline: true, 'aria-label': title }, source, track)
    listen(source, 'error', guarded(() => {
      from.films.delete(rung.key)
      replaceChildren(box, away())
    }))
    from.films.set(rung.key, video) // it plays on while the steps are drawn anew
    replaceChildren(box, video)
    video.play().catch(() => {}) // the person presses play then
    focusOn(video)
  }))
  append(box, !plays ? away() : from.films.get(rung.key) || draw('p', { class: 'step-note' }, play))
  return [box, transcript && fold(rung, 'words', say('What is said in it'), draw('p', { class: 'step-note' }, transcript))]
}
