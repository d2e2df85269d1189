// <cairn-checklist token="…" server="…" ladder="…" language="…" position="start|end">: one person's checklist in a corner.
const elements = new Set() // those that stand in the page now
const MESSAGES_AGAIN = 60 * SECOND

class ChecklistElement extends HTMLElement {
  static observedAttributes = ['token', 'server', 'ladder', 'language']
  #shadow = null
  #made = null // {language, say, panel, hints, messages} once the part that draws has come
  #wantsOpen = false
  #pacer = null
  #line = null
  #server = ''
  #given = {} // {token, getToken} by script: they never show in the page
  #shown = null
  #isDoubtful = false // the token has changed and no answer has come: what is shown may be somebody else's
  #drafts = new Map() // what the person is typing, by step and field
  #wishes = new Map() // key of a step → {busy, text}: what the person asked of it
  #messagesAt = 0 // when they were asked for last
  #deeds = Promise.resolve() // what the person did, one after the other
  #films = new Map() // key of a step → the video that plays there

  constructor() {
    super()
    guarded(() => {
      this.#shadow = attachShadow(this, { mode: 'open' })
      this.#pacer = new Pacer(() => this.#ask())
    })()
  }

  // Where to get a token, given as a property: also one that the page set before the browser knew this element.
  set getToken(getToken) {
    guarded(() => {
      this.#given = { ...this.#given, getToken: typeof getToken === 'function' ? getToken : null }
      if (elements.has(this)) this.#begin()
    })()
  }

  connectedCallback() {
    guarded(() => {
      const before = Object.getOwnPropertyDescriptor(this, 'getToken')
      if (before) {
        delete this.getToken
        this.getToken = before.value
      }
      elements.add(this)
      this.#begin()
    })()
  }

  disconnectedCallback() {
    guarded(() => {
      elements.delete(this)
      this.#end()
    })()
  }

  attributeChangedCallback(name, before, after) {
    guarded(() => { if (before !== after && elements.has(this)) this.#begin() })()
  }

  // From outside by the functions below only: a private name cannot be patched.
  static given(element, options) {
    element.#given = options
  }

  static open(element) {
    element.#wantsOpen = true // asked before the first answer: opens with it
    if (element.#made) element.#made.panel.open()
  }

  static close(element) {
    element.#wantsOpen = false
    if (element.#made) element.#made.panel.close()
  }

  static refresh(element) {
    element.#pacer.hurry()
    element.#pacer.askNow()
  }

  #begin() {
    const token = getAttribute(this, 'token') || this.#given.token || ''
    const getToken = this.#given.getToken
    const ladder = getAttribute(this, 'ladder')
    const language = getAttribute(this, 'language')
    const address = safeAddress(getAttribute(this, 'server') || (script ? new URL(script.src).origin : ''))
    if (!address || (!token && !getToken)) {
      this.#end()
      return
    }
    this.#server = address.href.replace(/\/+$/, '')
    this.#line = new Line({ server: this.#server, ladder, language, token, getToken })
    this.#isDoubtful = true
    this.#pacer.start()
    this.#pacer.askNow()
  }

  #end() {
    this.#pacer.stop()
    this.#line = null
    this.#forget()
  }

  #forget() {
    this.#shown = null
    this.#messagesAt = 0
    this.#wishes.clear()
    this.#drafts.clear()
    this.#films.clear()
    if (this.#made) this.#unmake()
  }

  // What draws, in this language; another language draws everything anew.
  async #make(language) {
    if (this.#made && this.#made.language === language) return
    const { Panel, Hints, Messages, say, sheet } = await part(language, this.#server)
    if (this.#made && this.#made.language === language) return
    if (this.#made) this.#unmake()
    adopt(this.#shadow, [sheet])
    const panel = new Panel(this.#shadow, {
      told: (kind, detail) => {
        this.#wantsOpen = kind === 'open'
        tell(kind, detail)
      },
      act: (key, verb, said, draft) => this.#act(key, verb, said, draft),
      read: (key) => this.#line.article(key).catch(() => null),
    })
    const hints = new Hints(() => panel.takeFocus())
    const deed = (id, done) => this.#line.deed(id, done).catch(() => {})
    const messages = new Messages(this.#shadow, { deed, open: () => panel.open(), leave: () => panel.takeFocus() })
    for (const each of [hints, messages, panel]) append(this.#shadow, each.element)
    hints.start()
    this.#made = { language, say, panel, hints, messages }
    if (this.#wantsOpen) panel.open()
  }

  #unmake() {
    const wanted = this.#wantsOpen // it closes now because there is nothing to show, not because somebody closed it
    this.#made.panel.forget()
    this.#made.hints.stop()
    for (const { element } of [this.#made.hints, this.#made.messages, this.#made.panel]) removeNode(element)
    this.#made = null
    this.#wantsOpen = wanted
  }

  async #ask() {
    const line = this.#line
    try {
      const checklist = await line.checklist()
      if (line !== this.#line) return // the answer to an older question
      if (checklist) await this.#take(checklist, line)
      if (line !== this.#line) return
      if (checklist) line.shown()
      this.#isDoubtful = false
      await this.#askMessages(line)
    } catch (error) {
      if (line === this.#line && this.#isDoubtful) this.#forget()
      throw error
    }
  }

  // With the first answer, and at most once a minute from then on. That none come stops nothing else.
  async #askMessages(line) {
    if (!this.#made || Date.now() < this.#messagesAt + MESSAGES_AGAIN) return
    this.#messagesAt = Date.now()
    const messages = await line.messages().catch(() => null)
    if (messages && line === this.#line && this.#made) this.#made.messages.show(messages, this.#server)
  }

  async #take(checklist, line) {
    if (!checklist.ladder || !checklist.total) {
      this.#forget()
      return
    }
    await this.#make(`${checklist.language || 'en'}`)
    if (line !== this.#line) return
    if (this.#shown && this.#shown.person !== checklist.person) { // what one person typed is not another's
      this.#drafts.clear()
      this.#films.clear()
    }
    const before = isSamePath(this.#shown, checklist) ? this.#shown : null
    for (const [key, { busy }] of this.#wishes) {
      if (!before || !busy) this.#wishes.delete(key) // the server's newer word says more than its answer did
    }
    const news = before ? newlyReached(before, checklist) : []
    this.#draw(checklist, news)
    const { reached, total, next, ladder } = checklist
    if (news.length) this.#made.panel.announceDone(news, checklist)
    if (news.length) this.#messagesAt = 0 // what is said about a step that is reached now is taken back at once
    for (const { key, title } of news) tell('reached', { key, title, reached, total, ladder: ladder.key })
    tell('change', { reached, total, next, ladder: ladder.key })
  }

  #draw(checklist, news = []) {
    const fresh = new Set(news.map(({ key }) => key))
    const { panel, hints } = this.#made
    panel.show(checklist, { fresh, server: this.#server, wishes: this.#wishes, drafts: this.#drafts, films: this.#films })
    hints.show(checklist)
    this.#shown = checklist
  }

  async #act(key, verb, said, draft) {
    const line = this.#line
    const busy = JSON.stringify([verb, said])
    if (this.#wishes.get(key)?.busy === busy) return // the same once more
    const { say } = this.#made
    const ladder = this.#shown.ladder.key
    this.#wish(key, { busy, text: '' })
    let way
    this.#deeds = this.#deeds.then(() => line.act(key, verb, said, ladder)).then(
      ({ ok, shows, message, link }) => {
        way = link
        const kept = `${key}/${draft}`
        if (ok && draft && (this.#drafts.get(kept) || '').trim() === said.text) this.#drafts.delete(kept) // unless more was typed since
        return ok ? say(shows ? 'Saved' : 'Saved, updating') : message
      },
      () => say('That did not get through. Try again.'),
    )
    const text = await this.#deeds
    if (this.#wishes.get(key)?.busy !== busy) return // something else was asked of the step since, and is answered next
    if (line !== this.#line || !this.#shown) {
      this.#wishes.delete(key)
      return
    }
    guarded(() => this.#wish(key, { busy: false, text, link: way }))()
    if (verb === 'session') this.#messagesAt = 0 // the times to choose from come as a message
    this.#made.panel.announce(text)
    this.#pacer.hurry()
    this.#pacer.askNow()
  }

  #wish(key, wish) {
    this.#wishes.set(key, wish)
    this.#draw(this.#shown)
  }
}
