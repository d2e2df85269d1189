// How often to ask: 1 s for 30 s after any click or key in the page, then 5 s, 30 s after five idle minutes, nothing while
// the page is hidden; and less and less often while the server does not answer.
const SECOND = 1000
const MINUTE = 60 * SECOND
const LONGEST_WAIT = 5 * MINUTE
const ACTIVITY = ['click', 'keydown']
const QUIETLY = { capture: true, passive: true }

class Pacer {
  #ask
  #timer = null
  #running = false
  #asking = false
  #again = false // asked for while an answer was on its way: that answer may be older than the wish
  #failures = 0
  #askedAt = -Infinity
  #activeAt = -Infinity
  #hurryUntil = -Infinity
  #stirred = guarded(() => this.hurry())
  #turned = guarded(() => this.#turn())

  constructor(ask) { // an async function that throws when there was no good answer
    this.#ask = ask
  }

  start() {
    if (this.#running) return
    this.#running = true
    this.#activeAt = performance.now()
    for (const kind of ACTIVITY) listen(page, kind, this.#stirred, QUIETLY)
    listen(page, 'visibilitychange', this.#turned)
    this.#schedule()
  }

  stop() {
    this.#running = false
    cancel(this.#timer)
    for (const kind of ACTIVITY) unlisten(page, kind, this.#stirred, QUIETLY)
    unlisten(page, 'visibilitychange', this.#turned)
  }

  hurry() {
    this.#activeAt = performance.now()
    this.#hurryUntil = this.#activeAt + 30 * SECOND
    this.#schedule()
  }

  askNow() {
    this.#again = this.#asking
    this.#failures = 0
    this.#askedAt = -Infinity
    this.#schedule()
  }

  #turn() { // away, or back: then see at once what happened meanwhile
    if (!isHidden()) this.#activeAt = performance.now()
    if (!isHidden() && !this.#failures && !this.#asking) this.#askedAt = -Infinity
    this.#schedule()
  }

  #pause(now) {
    let pause = 5 * SECOND
    if (now < this.#hurryUntil) pause = SECOND
    else if (now - this.#activeAt > 5 * MINUTE) pause = 30 * SECOND
    if (!this.#failures) return pause
    const spread = 1 + Math.random() / 4 // so that the people of one page do not all come back at once
    return Math.max(pause, Math.min(LONGEST_WAIT, SECOND * 2 ** this.#failures) * spread)
  }

  // Counted from the last try, so that somebody who types without a pause does not put it off for ever.
  #schedule() {
    cancel(this.#timer)
    if (!this.#running || this.#asking || isHidden()) return
    const now = performance.now()
    this.#timer = later(guarded(() => { this.#tryNow() }), Math.max(0, this.#askedAt + this.#pause(now) - now))
  }

  async #tryNow() {
    this.#asking = true
    this.#askedAt = performance.now()
    try {
      await this.#ask()
      this.#failures = 0
    } catch {
      this.#failures += 1
    }
    this.#asking = false
    if (this.#again) this.#askedAt = -Infinity
    this.#again = false
    this.#schedule()
  }
}
