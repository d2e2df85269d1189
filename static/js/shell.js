// What every page shares: copying, dismissing, the busy state of what was pressed. Nothing works only by this file:
// what it serves is hidden where scripts are off.
(() => {
  // <button data-copy="#id">: copies the text of that element, or the value of that field.
  async function copy(button) {
    const source = document.querySelector(button.dataset.copy)
    if (!source) return
    const text = 'value' in source ? source.value : source.textContent
    const label = button.querySelector('span') || button // an icon beside the word stays
    const before = label.textContent
    try {
      await navigator.clipboard.writeText(text)
      label.textContent = 'Copied'
    } catch { // no clipboard on plain http: select it, so that one key press copies it
      const range = document.createRange()
      range.selectNodeContents(source)
      getSelection().removeAllRanges()
      getSelection().addRange(range)
      label.textContent = 'Press Ctrl C'
    }
    setTimeout(() => { label.textContent = before }, 2000)
  }

  document.addEventListener('click', (event) => {
    const copier = event.target.closest('[data-copy]')
    if (copier) copy(copier)
    const dismisser = event.target.closest('[data-dismiss]')
    if (dismisser) dismisser.closest('.toast, .callout, .nudge, .celebrate')?.remove()
    // A link in a drawer or menu leaves it closed, also when htmx swaps the page in place.
    if (event.target.closest('[popover] a[href]')) {
      for (const open of document.querySelectorAll('[popover]:popover-open')) open.hidePopover()
    }
  })

  // <input type="checkbox" data-check-all="name">: the boxes of that name in its form follow it.
  document.addEventListener('change', (event) => {
    const name = event.target.dataset?.checkAll
    if (!name) return
    for (const box of event.target.form.querySelectorAll(`input[type="checkbox"][name="${name}"]`)) box.checked = event.target.checked
  })

  // Ctrl K, or Cmd K, opens the search; the arrows go through what was found.
  const finder = document.getElementById('search')
  if (finder) {
    for (const hint of document.querySelectorAll('.search kbd')) hint.hidden = false
    document.addEventListener('keydown', (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        finder.togglePopover()
      }
    })
    finder.addEventListener('toggle', (event) => {
      if (event.newState === 'open') finder.querySelector('input').select()
    })
    finder.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (!step) return
      const stops = [finder.querySelector('input'), ...finder.querySelectorAll('a[href]')]
      const next = stops[stops.indexOf(document.activeElement) + step]
      if (next) {
        event.preventDefault()
        next.focus()
      }
    })
  }

  for (const button of document.querySelectorAll('[data-print]')) {
    button.hidden = false
    button.addEventListener('click', () => print())
  }

  // A plain form that was sent says so on the button that was pressed.
  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented || event.target.closest('[hx-post], [hx-get], [hx-boost]')) return
    event.submitter?.matches('.btn') && event.submitter.setAttribute('aria-busy', 'true')
  })
  addEventListener('pageshow', (event) => { // back from the browser's cache: nothing is under way any more
    if (event.persisted) for (const button of document.querySelectorAll('[aria-busy="true"]')) button.removeAttribute('aria-busy')
  })

  function asker(event) {
    const element = event.detail.elt
    const button = event.detail.requestConfig?.triggeringEvent?.submitter || element
    return button.matches?.('.btn') ? button : null
  }
  document.addEventListener('htmx:beforeRequest', (event) => asker(event)?.setAttribute('aria-busy', 'true'))
  document.addEventListener('htmx:afterRequest', (event) => asker(event)?.removeAttribute('aria-busy'))
})()
