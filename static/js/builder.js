// The ladder builder: dragging, undo by key, and what htmx leaves to the page. The forms work without this file.
(() => {
  const drop = document.getElementById('drop')
  const main = document.getElementById('main')

  // Every form says which state of the draft its editor looked at. What was drawn anew says so itself, but for what drags over
  // the ladder, which each answer draws. Of the others the one that was saved has seen what its answer says.
  document.body.addEventListener('draft-seen', (event) => {
    const { revision, saved } = event.detail
    for (const form of [drop, document.getElementById(saved)]) {
      for (const input of form?.querySelectorAll('input[name="revision"]') || []) input.value = revision
    }
  })
  document.body.addEventListener('rung-picked', () => {
    const inspector = document.getElementById('inspector')
    inspector.scrollTop = 0
    if (getComputedStyle(inspector).overflowY === 'visible') inspector.scrollIntoView()
    document.getElementById('inspector-title')?.focus({ preventScroll: true })
  })

  // Some choices of the criteria builder bring other fields: the form is asked for again, with what was typed.
  document.addEventListener('change', (event) => {
    if (!event.target.matches('#criteria-form [data-again]')) return
    event.stopPropagation()
    const form = event.target.form
    const [target, swap] = drop ? [undefined, 'none'] : ['#criteria', 'innerHTML'] // the library has the form alone
    htmx.ajax('POST', form.action, { source: form, values: { do: 'show c' }, target, swap })
  }, true)

  // --- dragging ---------------------------------------------------------------------------------
  let dragged = null
  const mark = document.createElement('li')
  mark.className = 'rung-drop'

  document.addEventListener('dragstart', (event) => {
    const item = event.target.closest?.('[data-drag-move], [data-drag-place]')
    if (!item) return
    dragged = item
    event.dataTransfer.effectAllowed = 'move'
    event.dataTransfer.setData('text/plain', item.dataset.dragMove || item.dataset.dragPlace)
    item.setAttribute('data-dragging', '')
  })
  document.addEventListener('dragend', () => {
    dragged?.removeAttribute('data-dragging')
    dragged = null
    mark.remove()
  })
  if (drop) main.addEventListener('dragover', (event) => {
    const phase = event.target.closest('section.phase')
    if (!dragged || !phase) return
    event.preventDefault()
    const list = phase.querySelector('ol.ladder')
    const next = [...list.querySelectorAll('.rung:not([data-dragging])')].find((rung) => {
      const box = rung.getBoundingClientRect()
      return event.clientY < box.top + box.height / 2
    })
    if (mark.parentNode !== list || mark.nextElementSibling !== (next || null)) list.insertBefore(mark, next || null)
  })
  if (drop) main.addEventListener('drop', (event) => {
    if (!dragged || !mark.parentNode) return
    event.preventDefault()
    const list = mark.parentNode
    const before = [...list.children].slice(0, [...list.children].indexOf(mark))
    const place = dragged.dataset.dragPlace
    drop.elements.key.value = place || dragged.dataset.dragMove
    drop.elements.phase.value = list.dataset.phase
    drop.elements.position.value = before.filter((rung) => rung.matches('.rung:not([data-dragging])')).length
    const values = Object.fromEntries(new FormData(drop))
    mark.remove()
    htmx.ajax('POST', place ? drop.dataset.place : drop.getAttribute('hx-post'), { source: main, values, swap: 'none' })
  })

  // --- undo and redo by key, unless a field has the focus and its own undo -------------------------
  document.addEventListener('keydown', (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest('input, textarea, select')) return
    const verb = event.key.toLowerCase() === 'z' ? (event.shiftKey ? 'redo' : 'undo') : event.key.toLowerCase() === 'y' ? 'redo' : ''
    const button = verb && document.getElementById(`do-${verb}`)
    if (!button || button.disabled) return
    event.preventDefault()
    button.click()
  })
})()
