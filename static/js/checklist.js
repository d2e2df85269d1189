// The hosted checklist moves by itself: its live part is asked for again and swapped when it has changed.
// Without this file the page is complete, only still.
(() => {
  const SECOND = 1000
  const MINUTE = 60 * SECOND
  const LONGEST_WAIT = 5 * MINUTE // between tries while the server does not answer

  let live = document.getElementById('live')
  const announcement = document.getElementById('announcement')
  if (!live) return

  let shown = live.outerHTML // as the server drew it: what the person unfolds later is not a change
  let etag = null
  let timer = null
  let asking = false
  let failures = 0
  let askedAt = performance.now()
  let activeAt = askedAt // the last click or key; arriving counts for the pause, but not for the hurry
  let hurryUntil = 0

  function wait(now) {
    let pause = 5 * SECOND
    if (now < hurryUntil) pause = SECOND
    else if (now - activeAt > 5 * MINUTE) pause = 30 * SECOND
    return failures ? Math.max(pause, Math.min(LONGEST_WAIT, SECOND * 2 ** failures)) : pause
  }

  // Counted from the last try, so that somebody who types without a pause does not put it off for ever.
  function schedule() {
    clearTimeout(timer)
    if (document.hidden || asking) return
    const now = performance.now()
    timer = setTimeout(ask, Math.max(0, askedAt + wait(now) - now))
  }

  async function ask() {
    asking = true
    askedAt = performance.now()
    try {
      // The browser's own cache would hide the 304, so the tag is kept and sent by hand.
      const response = await fetch(live.dataset.source, {
        cache: 'no-store',
        headers: etag ? { 'If-None-Match': etag } : {},
        signal: AbortSignal.timeout(10 * SECOND),
      })
      if (response.ok) {
        const text = await response.text()
        etag = response.headers.get('ETag')
        show(text)
      } else if (response.status !== 304) {
        throw new Error(response.status)
      }
      failures = 0
    } catch { // offline, restarting or revoked: the page stays as it is and asks less and less often
      failures += 1
    }
    asking = false
    schedule()
  }

  function show(text) {
    const fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('live')
    if (!fresh) throw new Error('no live part in the answer')
    const before = shown
    shown = fresh.outerHTML
    if (shown === before) return
    if ([...live.querySelectorAll('video')].some((video) => !video.paused)) { // a swap would stop it: later
      shown = before
      etag = null
      return
    }
    const news = newlyReached(fresh)
    const focus = focused()
    keepUnfolded(fresh)
    keepTyped(fresh)
    for (const { key } of news) step(fresh, key).dataset.fresh = ''
    live.replaceWith(fresh)
    live = fresh
    refocus(focus)
    if (news.length) announce(news)
  }

  function steps(root) {
    return [...root.querySelectorAll('details[data-key]')]
  }

  function step(root, key) {
    return root.querySelector(`details[data-key="${CSS.escape(key)}"]`)
  }

  // What the person unfolded stays so, and nothing else opens under their eyes; but when the step they had open
  // is over, the page may unfold the next one.
  function keepUnfolded(fresh) {
    const open = steps(live).filter((old) => old.open)
    const kept = open.map((old) => [old, step(fresh, old.dataset.key)])
      .filter(([old, now]) => now && now.dataset.status === old.dataset.status)
    if (open.length && !kept.length) return
    for (const now of steps(fresh)) now.open = kept.some(([, same]) => same === now)
  }

  // What is typed or chosen and not sent yet, also what was sent and refused, with the fold that it stands in.
  function keepTyped(fresh) {
    for (const old of live.querySelectorAll('textarea, input')) {
      const isTyped = 'sent' in old.dataset || old.value !== old.defaultValue || old.checked !== old.defaultChecked
      const form = isTyped && old.form && fresh.querySelector(`form[action="${CSS.escape(old.form.getAttribute('action'))}"]`)
      const now = form && [...form.elements].find((each) => each.name === old.name && (old.type !== 'radio' || each.value === old.value))
      if (!now || now.type === 'hidden') continue
      now.value = old.value
      now.checked = old.checked
      if ('sent' in old.dataset) now.dataset.sent = ''
    }
    for (const old of live.querySelectorAll('details:not([data-key])')) {
      const key = old.querySelector('summary')?.dataset.key
      const now = key && fresh.querySelector(`details:not([data-key]) > summary[data-key="${CSS.escape(key)}"]`)
      if (now) now.parentElement.open = old.open
    }
  }

  function newlyReached(fresh) {
    return steps(fresh)
      .filter((now) => now.dataset.status === 'reached')
      .map((now) => ({ key: now.dataset.key, title: now.querySelector('.step-title').textContent }))
      .filter(({ key }) => {
        const old = step(live, key)
        return old && old.dataset.status !== 'reached'
      })
  }

  function focused() {
    const element = document.activeElement
    if (!live.contains(element)) return null
    const { selectionStart: start, selectionEnd: end } = element
    return { tag: element.tagName, id: element.id, key: element.dataset.key, step: element.closest('details[data-key]')?.dataset.key, start, end }
  }

  // The same control; if it is gone or folded away, its step; if that is gone, the page.
  function refocus(focus) {
    if (!focus) return
    const find = (tag, key) => key && live.querySelector(`${tag}[data-key="${CSS.escape(key)}"]`)
    const same = (focus.id && live.querySelector(`#${CSS.escape(focus.id)}`)) || find(focus.tag, focus.key)
    const target = same?.checkVisibility() ? same : find('summary', focus.step)
    ;(target || document.getElementById('main')).focus({ preventScroll: true })
    if (target === same && typeof focus.start === 'number') same.setSelectionRange(focus.start, focus.end)
  }

  function announce(news) {
    const far = live.querySelector('.ring')?.getAttribute('aria-label')
    const names = news.map(({ title }) => title).join(', ')
    announcement.textContent = `${announcement.dataset.words.replace('%(names)s', () => names)} ${far}.`
  }

  for (const kind of ['click', 'keydown']) {
    document.addEventListener(kind, () => {
      activeAt = performance.now()
      hurryUntil = activeAt + 30 * SECOND
      schedule()
    }, { capture: true, passive: true })
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      clearTimeout(timer)
    } else if (!asking) {
      activeAt = performance.now()
      if (!failures) askedAt = -Infinity // back on the page: see at once what happened meanwhile
      schedule()
    }
  })

  schedule()
})()
