// What the vendor wants to say now: a card or a line in the corner, a banner on top. Closed by the person, seen once it stands there.
class Messages {
  element = draw('div', { class: 'messages', role: 'region', 'aria-label': say('Messages'), 'aria-live': 'polite' })
  #shadow
  #do // (id, deed): what the person did with one
  #stands = new Map() // what it says → its box
  #open // opens the checklist
  #leave // where the focus goes when the last one is closed

  constructor(shadow, { deed, open, leave }) {
    this.#shadow = shadow
    this.#do = deed
    this.#open = open
    this.#leave = leave
  }

  show(messages, server) {
    // What says something else now stands anew, under the same name.
    const wanted = new Map(messages.map((message) => [`${message.id} ${message.title} ${message.text}`, message]))
    for (const [id, box] of this.#stands) {
      if (wanted.has(id)) continue
      removeNode(box)
      this.#stands.delete(id)
    }
    for (const [key, message] of wanted) if (!this.#stands.has(key)) this.#stand(key, message, server)
  }

  #stand(key, { id, shape, title, text, button, link: address, language, is_rtl: isRtl }, server) {
    const done = (deed) => {
      const box = this.#stands.get(key)
      const held = box.contains(activeIn(this.#shadow))
      removeNode(box)
      this.#stands.delete(key)
      const [next] = queryAll(this.element, '.icon-btn')
      if (held && next) focusOn(next)
      else if (held) this.#leave()
      this.#do(id, deed)
    }
    const close = draw('button', { class: 'icon-btn', type: 'button', 'aria-label': say('Close: %(title)s', { title }) }, icon('minus'))
    listen(close, 'click', guarded(() => done('dismissed')))
    const lines = text.split('\n').filter(Boolean).map((line) => draw('p', null, line))
    const box = draw('section', { class: 'msg', 'data-shape': shape, 'aria-label': title },
      draw('div', { class: 'msg-text', lang: language, dir: isRtl ? 'rtl' : 'ltr' }, draw('p', { class: 'msg-title' }, title), lines, button && this.#way(button, address, server, done)), close)
    append(this.element, box)
    this.#stands.set(key, box)
    this.#do(id, 'seen')
  }

  // To where it leads; without an address the checklist opens.
  #way(text, address, server, done) {
    const url = address && safeAddress(address, server)
    const away = url && url.origin !== window.location.origin
    const looks = { class: 'btn btn-primary btn-sm' }
    const way = url
      ? draw('a', { ...looks, href: url.href, target: away && '_blank', rel: away && 'noopener' }, text, away && draw('span', { class: 'u-sr' }, ` ${say('in a new tab')}`))
      : draw('button', { ...looks, type: 'button' }, text)
    listen(way, 'click', guarded(() => {
      done('clicked')
      if (!url) this.#open()
    }))
    return draw('div', { class: 'step-actions' }, way)
  }
}
