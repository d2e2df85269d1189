// What the vendor wants to say now: a card or a line in the corner, a banner on top. Closed by the person, seen once it stands there.
class Messages {
  element = draw('div', { class: 'messages', role: 'region', 'aria-label': say('Messages'), hidden: true })
  #do // (id, deed): what the person did with one
  #stands = new Map() // what it says → its box
  #open // opens the checklist

  constructor(act, open) {
    this.#do = act
    this.#open = open
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
    toggleAttribute(this.element, 'hidden', !this.#stands.size)
  }

  #stand(key, { id, shape, title, text, button, link: address }, server) {
    const done = (deed) => {
      removeNode(this.#stands.get(key))
      this.#stands.delete(key)
      toggleAttribute(this.element, 'hidden', !this.#stands.size)
      this.#do(id, deed)
    }
    const close = draw('button', { class: 'icon-btn', type: 'button', 'aria-label': say('Close: %(title)s', { title }) }, icon('minus'))
    listen(close, 'click', guarded(() => done('dismissed')))
    const lines = text.split('\n').filter(Boolean).map((line) => draw('p', null, line))
    const box = draw('section', { class: 'msg', 'data-shape': shape, 'aria-label': title },
      draw('div', { class: 'msg-text' }, draw('p', { class: 'msg-title' }, title), lines, button && this.#way(button, address, server, done)), close)
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
