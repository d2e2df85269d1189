// The launcher and the panel. The panel is a dialog that does not block: the page behind it stays in use.
const NAME = say('Getting started')

class Panel {
  element = draw('div', { class: 'root', hidden: true })
  #shadow
  #told // (event, detail): what happened here
  #act // (key, verb, said, draft)
  #read // (article's key): a promise of its words
  #ring = ring()
  #launchRing = ring()
  #title = draw('h2', { class: 'card-title', id: 'title' })
  #sub = draw('p')
  #value = draw('p', { class: 'widget-value' })
  #body = draw('div', { class: 'widget-body' })
  #name = draw('span', null, NAME)
  #count = draw('span', { class: 'num' })
  #news = draw('p', { class: 'u-sr', role: 'status', 'aria-live': 'polite' })
  #frame
  #launcher
  #shown = null
  #wantsOpen = false

  constructor(shadow, { told, act, read }) {
    this.#shadow = shadow
    this.#told = told
    this.#act = act
    this.#read = read
    const close = draw('button', { class: 'icon-btn', type: 'button', 'aria-label': say('Minimise checklist') }, icon('minus'))
    const head = draw('header', { class: 'widget-head' },
      set(set(this.#ring.element, '--size', '44px'), '--stroke', 3.6), draw('div', null, this.#title, this.#sub, this.#value), close)
    setAttribute(this.#ring.element, 'role', 'img')
    const dialog = { class: 'widget', id: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabindex: '-1', hidden: true }
    this.#frame = draw('section', dialog, head, this.#body)
    const button = { class: 'widget-launcher', type: 'button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false', 'aria-controls': 'panel' }
    this.#launcher = draw('button', button,
      set(set(this.#launchRing.element, '--size', '24px'), '--stroke', 5), this.#name, ' ', this.#count)
    fill(this.element, null, [this.#frame, this.#launcher, this.#news])
    listen(close, 'click', guarded(() => this.close()))
    listen(this.#launcher, 'click', guarded(() => this.open()))
    listen(this.#frame, 'keydown', guarded((event) => this.#pressed(event)))
  }

  get isOpen() {
    return !this.#frame.hidden
  }

  open() {
    this.#wantsOpen = true // asked before the first answer: opens with it
    if (!this.#shown || this.isOpen) return
    this.#turn(true)
    this.#scrollToNext()
    focusOn(this.#frame, { preventScroll: true })
    this.#told('open', {})
  }

  close() {
    this.#wantsOpen = false
    if (!this.isOpen) return
    const held = this.#frame.contains(activeIn(this.#shadow))
    this.#turn(false)
    if (held) focusOn(this.#launcher, { preventScroll: true })
    this.#told('close', {})
  }

  // For who was at something that is closed now: they are not sent to the top of the page.
  takeFocus() {
    focusOn(this.isOpen ? this.#frame : this.#launcher, { preventScroll: true })
  }

  // Draws first and swaps then: what cannot be drawn changes nothing.
  show(checklist, { fresh, server, wishes, drafts, films }) {
    const from = { next: checklist.next, fresh, server, wishes, drafts, films, sessions: checklist.sessions, act: this.#act, read: this.#read }
    const drawn = drawBody(checklist, from)
    const isSame = this.#shown && this.#shown.person === checklist.person
    this.#swap(drawn, isSame)
    this.#showCount(checklist)
    setText(this.#title, checklist.ladder.name || NAME)
    setText(this.#name, checklist.name || NAME)
    setText(this.#sub, checklist.headline || '')
    setText(this.#value, checklist.value || '')
    this.#dress(checklist)
    toggleAttribute(this.element, 'hidden', false)
    this.#shown = checklist
    if (this.#wantsOpen) this.open()
  }

  announceDone(news, checklist) {
    this.announce(`${say('Done: %(names)s.', { names: news.map(({ title }) => title).join(say(', ')) })} ${stepsDone(checklist)}.`)
  }

  announce(text) {
    setText(this.#news, text)
  }

  forget() {
    if (!this.#shown) return
    const wanted = this.#wantsOpen
    this.close()
    this.#wantsOpen = wanted
    this.#shown = null
    this.announce('')
    toggleAttribute(this.element, 'hidden', true)
    replaceChildren(this.#body)
  }

  // The vendor's colour, and the direction in which the language is written; where it stands is the page's to say.
  #dress({ brand, is_rtl: isRtl }) {
    for (const [name, value] of Object.entries(brand || {})) set(this.element, name, value)
    for (const part of this.#frame.children) setAttribute(part, 'dir', isRtl ? 'rtl' : 'ltr')
    setAttribute(this.#frame, 'lang', LANGUAGE)
  }

  #turn(open) {
    toggleAttribute(this.#frame, 'hidden', !open)
    setAttribute(this.#launcher, 'aria-expanded', `${open}`)
  }

  // By hand: scrollIntoView would also move the page.
  #scrollToNext() {
    const [next] = queryAll(this.#body, '[aria-current]')
    if (!next) return
    const below = next.getBoundingClientRect().top - this.#body.getBoundingClientRect().top
    if (below > this.#body.clientHeight / 2) this.#body.scrollTop += below - 64 // one step above stays in sight
  }

  #pressed(event) {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.stopPropagation() // it closed this, so it should not also close something of the page
    this.close()
  }

  #showCount(checklist) {
    const { reached, total } = checklist
    for (const { element } of [this.#ring, this.#launchRing]) {
      set(element, '--value', 100 * reached / total)
      toggleAttribute(element, 'data-none', !reached)
    }
    replaceChildren(this.#ring.label, createText(`${reached}`), draw('small', null, `/${total}`))
    setAttribute(this.#ring.element, 'aria-label', stepsDone(checklist))
    setText(this.#count, say('%(reached)s of %(total)s', { reached, total }))
  }

  #swap(drawn, isSame) {
    const kept = isSame ? new Keeping(this.#shadow, this.#body) : null
    replaceChildren(this.#body, ...drawn)
    if (kept) kept.giveBack(this.#frame)
  }
}

function drawBody(checklist, from) {
  const several = checklist.phases.length > 1
  const glad = (title, text) => draw('div', { class: 'celebrate' }, icon('cairn'), draw('div', null, draw('h3', null, title), text && draw('p', null, text)))
  const finished = isFinished(checklist) && glad(say('That was the last step'), say('Nothing is left to do here.'))
  const { celebrate } = checklist
  const phases = checklist.phases.flatMap(({ name, rungs }) => [
    several && name && draw('h3', { class: 'checklist-phase' }, name),
    draw('ol', { class: 'checklist' }, rungs.map((rung) => drawStep(rung, from))),
  ])
  return [finished, celebrate && glad(celebrate.title, celebrate.text), finished && recommending(checklist, from), ...phases, forecast(checklist)].filter(Boolean)
}

function forecast({ forecast: ahead }) {
  return ahead && draw('div', { class: 'widget-forecast' },
    draw('p', null, draw('b', null, say('At this pace you are done %(when)s.', { when: ahead.text }))),
    draw('p', { class: 'u-ink-3' }, say('Eight of ten people who were where you are, and got there within %(days)s days, took so long; %(people)s were counted.',
      { days: ahead.within_days, people: ahead.people })))
}
