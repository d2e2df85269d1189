// The checklist's sentences, the same as on the hosted page.
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

// 'today', 'Mon 3 Aug' or 'Mon 3 Aug 2025', in the reader's own time zone.
function day(moment, now = new Date()) {
  const at = new Date(moment)
  if (at.toDateString() === now.toDateString()) return 'today'
  const words = `${DAYS[at.getDay()]} ${at.getDate()} ${MONTHS[at.getMonth()]}`
  return at.getFullYear() === now.getFullYear() ? words : `${words} ${at.getFullYear()}`
}

function minutes(count) {
  return `${count} minute${count === 1 ? '' : 's'}`
}

function stepsDone({ reached, total }) {
  return `${reached} of ${total} steps done`
}

function isFinished({ reached, total }) {
  return reached >= total
}

function rungsOf(checklist) {
  return checklist.phases.flatMap((phase) => phase.rungs)
}

// What the line under the title says.
function headline(checklist) {
  const { reached, total, next } = checklist
  if (isFinished(checklist)) return total === 1 ? 'Your one step is done' : `All ${total} steps are done`
  const upcoming = rungsOf(checklist).find((rung) => rung.key === next)
  if (!upcoming) return 'Nothing needs you right now'
  if (upcoming.effort_minutes) return `Next step takes about ${minutes(upcoming.effort_minutes)}`
  return reached ? stepsDone(checklist) : `${total} steps ahead, one at a time`
}

function opensText(rung) {
  if (rung.opens_text) return rung.opens_text
  const before = (rung.blocked_by || []).map((step) => step.title)
  return before.length ? `Opens after ${before.join(', ')}` : 'Locked'
}

function unlockNames(rung) {
  return (rung.unlocks || []).map((feature) => feature.name).join(', ')
}

function soFar({ current, target }) {
  return `${current} of ${target} so far`
}

function signalState(signal) {
  if (signal.met) return 'Done'
  return signal.target > 1 ? soFar(signal) : 'Not yet'
}
