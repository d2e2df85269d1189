// <cairn-checklist token="…" server="…" ladder="…" position="start|end">: one person's checklist in the corner of a page.
const elements = new Set() // those that stand in the page now
const sheet = new CSSStyleSheet()
sheet.replaceSync(STYLE)

class ChecklistElement extends HTMLElement {
  static observedAttributes = ['token', 'server', 'ladder']
  #panel = null
  #hints = null
  #pacer = null
  #line = null
  #server = ''
  #given = {} // {token, getToken} by script: they never show in the page
  #shown = null
  #isDoubtful = false // the token has changed and no answer has come: what is shown may be somebody else's
  #drafts = new Map() // what the person is typing, by step and field
  #wishes = new Map() // key of a step → {busy, text}: what the person asked of it

  constructor() {
    super()
    guarded(() => {
      const shadow = attachShadow(this, { mode: 'open' })
      adopt(shadow, [sheet])
      this.#panel = new Panel(shadow, {
        told: (kind, detail) => tell(kind, detail),
        act: (key, verb, said, draft) => this.#act(key, verb, said, draft),
      })
      this.#hints = new Hints()
      append(shadow, this.#hints.element)
      append(shadow, this.#panel.element)
      this.#pacer = new Pacer(() => this.#ask())
    })()
  }

  connectedCallback() {
    guarded(() => {
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
    element.#panel.open()
  }

  static close(element) {
    element.#panel.close()
  }

  static refresh(element) {
    element.#pacer.hurry()
    element.#pacer.askNow()
  }

  #begin() {
    const token = getAttribute(this, 'token') || this.#given.token || ''
    const getToken = this.#given.getToken
    const ladder = getAttribute(this, 'ladder')
    const address = safeAddress(getAttribute(this, 'server') || (script ? new URL(script.src).origin : ''))
    if (!address || (!token && !getToken)) {
      this.#end()
      return
    }
    this.#server = address.href.replace(/\/+$/, '')
    this.#line = new Line({ server: this.#server, ladder, token, getToken })
    this.#isDoubtful = true
    this.#pacer.start()
    this.#hints.start()
    this.#pacer.askNow()
  }

  #end() {
    this.#pacer.stop()
    this.#hints.stop()
    this.#line = null
    this.#forget()
  }

  #forget() {
    this.#shown = null
    this.#wishes.clear()
    this.#drafts.clear()
    this.#panel.forget()
    this.#hints.show(null)
  }

  async #ask() {
    const line = this.#line
    try {
      const checklist = await line.checklist()
      if (line !== this.#line) return // the answer to an older question
      if (checklist) this.#take(checklist)
      this.#isDoubtful = false
    } catch (error) {
      if (line === this.#line && this.#isDoubtful) this.#forget()
      throw error
    }
  }

  #take(checklist) {
    if (!checklist.ladder || !checklist.total) {
      this.#forget()
      return
    }
    const before = isSamePath(this.#shown, checklist) ? this.#shown : null
    for (const [key, { busy }] of this.#wishes) {
      if (!before || !busy) this.#wishes.delete(key) // the server's newer word says more than its answer did
    }
    const news = before ? newlyReached(before, checklist) : []
    this.#draw(checklist, news)
    const { reached, total, next, ladder } = checklist
    if (news.length) this.#panel.announce(`Done: ${news.map(({ title }) => title).join(', ')}. ${stepsDone(checklist)}.`)
    for (const { key, title } of news) tell('reached', { key, title, reached, total, ladder: ladder.key })
    tell('change', { reached, total, next, ladder: ladder.key })
  }

  #draw(checklist, news = []) {
    const fresh = new Set(news.map(({ key }) => key))
    this.#panel.show(checklist, { fresh, server: this.#server, wishes: this.#wishes, drafts: this.#drafts })
    this.#hints.show(checklist)
    this.#shown = checklist
  }

  async #act(key, verb, said, draft) {
    const line = this.#line
    if (this.#wishes.get(key)?.busy) return
    this.#wish(key, { busy: true, text: '' })
    const text = await line.act(key, verb, said, this.#shown.ladder.key).then(
      ({ ok, shows, message }) => {
        if (ok && draft) this.#drafts.delete(`${key}/${draft}`)
        return ok ? (shows ? 'Saved' : 'Saved, updating') : message
      },
      () => 'That did not get through. Try again.',
    )
    if (line !== this.#line || !this.#shown) return
    guarded(() => this.#wish(key, { busy: false, text }))()
    this.#panel.announce(text)
    this.#pacer.hurry()
    this.#pacer.askNow()
  }

  #wish(key, wish) {
    this.#wishes.set(key, wish)
    this.#draw(this.#shown)
  }
}
