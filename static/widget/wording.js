// The checklist's sentences, the same as on the hosted page, in the reader's language: WORDS and LANGUAGE come with this part.
const DAY = { weekday: 'short', day: 'numeric', month: 'short' }
const FORMAT = LANGUAGE === 'en' ? 'en-GB' : LANGUAGE

function say(text, values = {}) {
  return (WORDS[text] || text).replace(/%\((\w+)\)s/g, (found, name) => `${values[name]}`)
}

// 'today', 'Mon 3 Aug' or 'Mon 3 Aug 2025', in the reader's own time zone.
function day(moment, now = new Date()) {
  const at = new Date(moment)
  if (at.toDateString() === now.toDateString()) return say('today')
  const year = at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }
  return new Intl.DateTimeFormat(FORMAT, { ...DAY, ...year }).format(at).replace(/,/g, '')
}

function stepsDone({ reached, total }) {
  return say('%(reached)s of %(total)s steps done', { reached, total })
}

function soFar({ current, target }) {
  return say('%(current)s of %(target)s so far', { current, target })
}

function signalState(signal) {
  if (signal.met) return say('Done')
  return signal.target > 1 ? soFar(signal) : say('Not yet')
}
