// What the person had in hand while the steps are drawn anew: what was unfolded, where the focus was, how far they had scrolled.

class Keeping {
  #shadow
  #body
  #unfolded
  #focus
  #top

  constructor(shadow, body) {
    this.#shadow = shadow
    this.#body = body
    this.#top = body.scrollTop
    this.#unfolded = this.#steps().filter((step) => step.open).map(({ dataset }) => [dataset.key, dataset.status])
    const focused = activeIn(shadow)
    this.#focus = focused && body.contains(focused) && {
      tag: focused.tagName, key: getAttribute(focused, 'data-key'), step: focused.closest('details')?.dataset.key, at: focused.selectionStart,
    }
  }

  giveBack(otherwise) {
    this.#unfold()
    this.#body.scrollTop = this.#top
    if (this.#focus) this.#refocus(otherwise)
  }

  #steps() {
    return [...queryAll(this.#body, 'details')]
  }

  // What was unfolded stays so, and nothing else opens under the person's eyes; but when the step they had open is over,
  // the next one may unfold.
  #unfold() {
    const steps = this.#steps()
    const kept = steps.filter(({ dataset }) => this.#unfolded.some(([key, status]) => key === dataset.key && status === dataset.status))
    if (this.#unfolded.length && !kept.length) return
    for (const step of steps) step.open = kept.includes(step)
  }

  // The same control; if it is gone or folded away, its step; if that is gone, the panel.
  #refocus(otherwise) {
    const find = (tag, key) => key && [...queryAll(this.#body, tag)].find((one) => getAttribute(one, 'data-key') === key)
    const same = find(this.#focus.tag, this.#focus.key)
    const target = same && same.checkVisibility() ? same : find('summary', this.#focus.step)
    focusOn(target || otherwise, { preventScroll: true })
    if (target && target === same && target.setSelectionRange) target.setSelectionRange(this.#focus.at, this.#focus.at)
  }
}
