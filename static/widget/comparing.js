// What is new between two answers.

function isFinished({ reached, total }) {
  return reached >= total
}

function rungsOf(checklist) {
  return checklist.phases.flatMap((phase) => phase.rungs)
}

function isSamePath(before, after) {
  return before && before.person === after.person && before.ladder.key === after.ladder.key
}

function newlyReached(before, after) {
  const old = new Map(rungsOf(before).map((rung) => [rung.key, rung.state]))
  return rungsOf(after).filter(({ key, state }) => state === 'reached' && old.has(key) && old.get(key) !== 'reached')
}
