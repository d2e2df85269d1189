// Nothing that goes wrong in here may reach the page around the widget: each way in is guarded.

function guarded(act) {
  return function (...given) {
    try {
      return act.apply(this, given)
    } catch (error) {
      warn('something went wrong inside it', error)
      return undefined
    }
  }
}

const warned = new Set()

// Once a reason: enough for the developer who looks, no flood for the one who does not.
function warn(reason, ...more) {
  if (warned.has(reason)) return
  warned.add(reason)
  console.warn(`Cairn checklist: ${reason}.`, ...more)
}

// The promise's answer, or a failure when it takes too long: a host's callback may never answer.
function within(span, promise) {
  return new Promise((take, refuse) => {
    later(() => refuse(new Error('no answer in time')), span)
    Promise.resolve(promise).then(take, refuse)
  })
}

// Only what opens a page may become a link: no javascript:, no data:.
function safeAddress(text, base) {
  try {
    const url = new URL(text, base)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null
  } catch {
    return null
  }
}
