// The last words: the page gets its functions and the browser learns the element.
const all = (act) => guarded(() => { for (const element of elements) act(element) })

// Old browsers would show it without colours: there it stays away.
function enter() {
  if (!customElements.get('cairn-checklist') && CSS.supports('color', 'light-dark(red, red)')) {
    Object.defineProperty(window, 'Cairn', {
      value: Object.freeze({
        start: guarded(start),
        open: all(ChecklistElement.open),
        close: all(ChecklistElement.close),
        refresh: all(ChecklistElement.refresh),
        on: guarded(on),
      }),
      configurable: true,
      enumerable: true,
      writable: true,
    })
    customElements.define('cairn-checklist', ChecklistElement)
  }
}
