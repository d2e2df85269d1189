// Hints beside the places that the page declares with data-cairn-hint="key". Where there is no such place, nothing shows.
const HINTED = '[data-cairn-hint]'

class Hints {
  element = draw('div', { class: 'hints' })
  #texts = new Map() // key of a place → what to say there
  #marks = new Map() // key of a place → {box, text}
  #closed = new Set() // what the person has closed, until the page is loaded again
  #waiting = false
  #moved = guarded(() => this.#soon())
  #leave // where the focus goes when one is closed

  constructor(leave) {
    this.#leave = leave
  }

  start() {
    for (const kind of ['scroll', 'resize', 'click']) listen(window, kind, this.#moved, QUIETLY)
  }

  stop() {
    for (const kind of ['scroll', 'resize', 'click']) unlisten(window, kind, this.#moved, QUIETLY)
    this.show(null)
  }

  // The hints of the steps that are open, the next one's before the others'.
  show(checklist) {
    const open = checklist ? checklist.phases.flatMap(({ rungs }) => rungs).filter(({ state }) => state === 'open') : []
    open.sort((a, b) => (b.key === checklist.next) - (a.key === checklist.next))
    this.#texts = new Map()
    fill(this.element, { lang: LANGUAGE, dir: checklist && checklist.is_rtl ? 'rtl' : 'ltr' }, [])
    for (const { anchor, text } of open.flatMap(({ hints }) => hints || [])) {
      if (!this.#texts.has(anchor) && !this.#closed.has(anchor + text)) this.#texts.set(anchor, text)
    }
    this.#place()
  }

  // The page may move a lot at once; it is looked at once a frame, and once more when what a click did has settled.
  #soon() {
    if (this.#waiting || !this.#texts.size) return
    this.#waiting = true
    window.requestAnimationFrame(guarded(() => {
      this.#waiting = false
      this.#place()
    }))
    later(guarded(() => this.#place()), 400)
  }

  #place() {
    const places = new Map()
    if (this.#texts.size) {
      for (const place of queryAll(page.documentElement, HINTED)) {
        const key = getAttribute(place, 'data-cairn-hint')
        if (!places.has(key) && place.checkVisibility()) places.set(key, place)
      }
    }
    for (const [key, { box, text }] of this.#marks) {
      if (this.#texts.get(key) === text && places.has(key)) continue
      removeNode(box)
      this.#marks.delete(key)
    }
    for (const [key, text] of this.#texts) if (places.has(key)) this.#stand(key, text, places.get(key))
  }

  #stand(key, text, place) {
    const { top, right, height } = place.getBoundingClientRect()
    const { box } = this.#marks.get(key) || this.#make(key, text)
    set(set(box, '--top', `${top}px`), '--left', `${Math.max(0, Math.min(right, window.innerWidth - 24))}px`)
    set(box, '--tall', `${Math.min(height, 240)}px`)
    toggleAttribute(box, 'data-low', top + height > window.innerHeight - 180)
    toggleAttribute(box, 'hidden', top < -8 || top > window.innerHeight - 8)
  }

  #make(key, text) {
    const mark = draw('button', { class: 'hint-mark', type: 'button', 'aria-expanded': 'false', 'aria-label': say('A hint for this') })
    const close = draw('button', { class: 'icon-btn', type: 'button', 'aria-label': say('Close the hint') }, icon('minus'))
    const card = draw('div', { class: 'hint-card', role: 'status', hidden: true }, draw('p', null, text), close)
    const box = draw('div', { class: 'hint' }, mark, card)
    const turn = (open) => {
      toggleAttribute(card, 'hidden', !open)
      setAttribute(mark, 'aria-expanded', `${open}`)
    }
    listen(mark, 'click', guarded(() => turn(card.hidden)))
    listen(close, 'click', guarded(() => {
      this.#closed.add(key + text)
      this.#texts.delete(key)
      this.#place()
      this.#leave()
    }))
    listen(box, 'keydown', guarded((event) => {
      if (event.key !== 'Escape' || card.hidden) return
      event.stopPropagation()
      turn(false)
      focusOn(mark)
    }))
    append(this.element, box)
    this.#marks.set(key, { box, text })
    return { box }
  }
}
