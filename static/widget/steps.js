// One step: folded, its state, what to know before unfolding; unfolded, what to do, why, what counts and the way there.
const STONES = { locked: 'lock', reached: 'check', skipped: 'minus' }

// `from` has {next, fresh, server, wishes, drafts, act}: the next step's key, the keys reached just now, what the person asked,
// what they are typing, and the way to act.
function drawStep(rung, from) {
  const isNext = rung.key === from.next
  const isOver = rung.state === 'reached' || rung.state === 'skipped'
  const isLate = rung.state === 'open' && rung.overdue && !rung.missed
  const state = {
    class: 'step', name: 'step', 'data-key': rung.key, 'data-status': rung.state,
    'data-overdue': Boolean(isLate), 'data-fresh': from.fresh.has(rung.key), open: isNext,
  }
  const stone = draw('span', { class: 'step-stone' }, STONES[rung.state] && icon(STONES[rung.state]))
  const words = draw('span', null,
    draw('span', { class: 'step-title' }, rung.title),
    draw('span', { class: 'step-sub' }, underTitle(rung)),
  )
  const head = draw('summary', { class: 'step-head', 'data-key': rung.key }, stone, words, icon('chev-down', 'step-chevron'))
  const inside = draw('div', { class: 'step-body' }, isOver ? past(rung, from) : ahead(rung, from))
  return draw('li', { 'aria-current': isNext && 'step' }, draw('details', state, head, inside))
}

function underTitle(rung) {
  const names = rung.unlock_names
  if (rung.state === 'reached') {
    return [draw('span', null, say('Done %(day)s', { day: day(rung.reached_at) })), names && draw('span', null, say('Unlocked %(names)s', { names }))]
  }
  if (rung.state === 'skipped') return [draw('span', null, say('Skipped'))]
  return [
    rung.state === 'locked' && draw('span', null, rung.opens_text || say('Locked')),
    rung.state === 'open' && rung.usual && draw('span', null, say('Usually %(time)s', { time: rung.usual.text })),
    rung.later_until && draw('span', null, say('Later')),
    rung.asked && draw('span', null, say('Help asked for')),
    late(rung),
    effort(rung),
    rung.due_at && !rung.missed && !rung.overdue && draw('span', null, say('Due %(day)s', { day: day(rung.due_at) })),
    rung.state === 'open' && rung.target > 1 && progress(rung),
  ]
}

function late(rung) {
  if (rung.missed) {
    return draw('span', { class: 'step-late' }, icon('clock'), say('Time ended %(day)s', { day: day(rung.missed_at) }))
  }
  if (!rung.overdue || rung.state !== 'open') return null
  return draw('span', { class: 'step-late' }, icon('alert'), say('Overdue since %(day)s', { day: day(rung.due_at) }))
}

function effort(rung) {
  const minutes = rung.effort_minutes
  if (!rung.quick_win) return minutes && draw('span', null, say('%(minutes)s min', { minutes }))
  return draw('span', { class: 'tag tag-quick' }, icon('bolt'), minutes ? say('Quick win, %(minutes)s min', { minutes }) : say('Quick win'))
}

function progress(rung) {
  const bar = draw('span', { class: 'bar', 'aria-hidden': 'true', 'data-none': !rung.current })
  return draw('span', { class: 'step-progress' }, set(bar, '--value', 100 * rung.current / rung.target), soFar(rung))
}

function past(rung, from) {
  const how = rung.how || (rung.state === 'skipped' && say('This step is left out for you.'))
  return [
    rung.outcome && draw('p', { class: 'step-cue' }, rung.outcome),
    ...impact(rung),
    how && draw('p', { class: 'step-note' }, how),
    rung.state === 'reached' && note(say('What counted'), rung.sentence),
    ...(rung.state === 'reached' ? rating(rung, from) : []),
    draw('div', { class: 'step-actions' }, way(rung, from, say('Open it again'), '')),
  ]
}

function ahead(rung, from) {
  const isOpen = rung.state === 'open'
  const actions = isOpen ? todo(rung, from) : (rung.actions || []).map((action) => draw('li', null, action))
  const tips = rung.tips || []
  return [
    rung.missed && draw('p', { class: 'step-note' }, say('The time for this step ended %(day)s.', { day: day(rung.missed_at) })),
    rung.cue && draw('p', { class: 'step-cue' }, rung.cue),
    actions.length > 0 && draw('ol', { class: isOpen ? 'step-list step-todo' : 'step-list' }, actions),
    rung.later_until && draw('p', { class: 'step-note' }, say('You put this off until tomorrow.')),
    note(say('Why it matters'), rung.why),
    rung.usual && note(say('How long it takes'), say('Eight of ten people like you who did it took %(time)s; %(people)s were counted.', { time: rung.usual.text, people: rung.usual.people })),
    isOpen && doing(rung, from),
    note(tips.length > 1 ? say('Hints') : say('Hint'), tips.join('\n')),
    deal(rung),
    ...(rung.video ? film(rung, from) : []),
    ...reading(rung, from),
    ...(isOpen ? help(rung, from) : []),
  ]
}

// What the step has brought: the sentence, and before and after beside each other where it compares.
function impact({ impact: told }) {
  if (!told) return []
  const { labels, before, after } = told
  const side = (label, value) => draw('div', null, draw('p', { class: 'impact-label' }, label), draw('p', { class: 'impact-value' }, value))
  const compared = before && draw('div', { class: 'impact', 'aria-hidden': 'true' },
    side(labels.before, before), icon('arrow-right'), side(labels.after, after))
  return [compared, note(say('What it brought'), told.text)]
}

function note(title, text, ...more) {
  return text && draw('div', { class: 'step-note' }, draw('b', null, title), draw('p', null, text), ...more)
}

function together({ done, needed, names = [], missing = [] }) {
  const who = names.length ? `: ${names.join(say(', '))}` : ''
  const others = missing.length && done < needed ? ` ${say('Not yet: %(names)s.', { names: missing.join(say(', ')) })}` : ''
  return `${soFar({ current: done, target: needed })}${who}.${others}`
}

// What counts, in the words of the rule, and what it brings; several conditions are listed with how far each one is.
function deal(rung) {
  const signals = rung.signals || []
  const list = signals.length > 1 && draw('ul', { class: 'ticks' }, signals.map((signal) => draw('li', { 'data-met': signal.met },
    icon(signal.met ? 'check' : 'minus', 'icon-sm'),
    draw('span', null, signal.sentence, ' ', draw('span', { class: 'u-ink-3' }, signalState(signal))),
  )))
  const team = rung.team && draw('p', null, together(rung.team))
  const names = rung.unlock_names
  const brings = names && draw('p', { class: 'unlocks' }, icon('unlock', 'icon-sm'), draw('span', null, say('Unlocks %(names)s', { names })))
  const parts = [
    note(say('Done when'), rung.sentence, team, list),
    rung.outcome ? note(say('What you get'), rung.outcome, brings) : brings && draw('div', { class: 'step-note' }, brings),
  ].filter(Boolean)
  return parts.length > 0 && draw('div', { class: 'step-deal' }, parts)
}
