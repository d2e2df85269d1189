// The talk with the server about one person's checklist. The token travels in the Authorization header and nowhere else.
const PATIENCE = 10 * SECOND
const NOBODY_YET = { person: '', ladder: null, phases: [], reached: 0, total: 0, next: null }

class Line {
  #server
  #ladder
  #language
  #token
  #getToken
  #etag = null
  #fresh = null // of an answer that is not shown yet

  constructor({ server, ladder, language, token, getToken }) {
    this.#language = language
    this.#server = server
    this.#ladder = ladder
    this.#token = token
    this.#getToken = getToken
  }

  // The checklist, or null when it is as before; throws when there is no good answer.
  async checklist() {
    const response = await this.#send('GET', 'checklist', this.#ladder)
    if (response.status === 304) return null
    const answer = await body(response)
    if (response.status === 404 && answer.code === 'unknown_person') return NOBODY_YET
    if (!response.ok || !isChecklist(answer)) throw new Error(`status ${response.status}`)
    this.#fresh = response.headers.get('ETag')
    return answer
  }

  // The last answer is shown: from now on only a newer one is wanted.
  shown() {
    this.#etag = this.#fresh
  }

  // What the vendor wants to say now.
  async messages() {
    const response = await this.#send('GET', 'messages')
    const answer = await body(response)
    return response.ok && Array.isArray(answer.messages) ? answer.messages.filter(isMessage) : []
  }

  // An article's words, or null.
  async article(key) {
    const response = await this.#send('GET', `articles/${encode(key)}`)
    const answer = await body(response)
    return response.ok && typeof answer.text === 'string' ? answer : null
  }

  async deed(id, deed) {
    await this.#send('POST', `messages/${encode(id)}/${deed}`, null, '{}')
  }

  // {ok, shows, message, link}; throws when there is no good answer.
  async act(key, verb, said, ladder) {
    const step = verb === 'session' ? `sessions/${encode(key)}` : `rungs/${encode(key)}/${verb}`
    const path = key ? step : verb // of the whole ladder, where no step is named
    const response = await this.#send('POST', path, ladder, JSON.stringify(said || {}))
    const answer = await body(response)
    if (!response.ok && response.status !== 409) throw new Error(`status ${response.status}`)
    return { ok: response.ok, shows: answer.shows === true, message: `${answer.message || ''}`, link: answer.link }
  }

  async #send(method, path, ladder, sent) {
    if (!this.#token) await this.#renew()
    const first = await this.#fetch(method, path, ladder, sent)
    if (first.status !== 401) return first
    if (this.#getToken && await this.#renew()) {
      const second = await this.#fetch(method, path, ladder, sent)
      if (second.status !== 401) return second
    }
    warn('the server refused the token (expired, or signed with another secret)')
    throw new Error('refused')
  }

  // True when the host's callback gave another token than the one in use.
  async #renew() {
    if (!this.#getToken) throw new Error('no token')
    const token = await this.#asked()
    const isNew = typeof token === 'string' && token !== this.#token
    if (isNew) this.#token = token
    return isNew
  }

  async #asked() {
    try {
      return await within(PATIENCE, this.#getToken())
    } catch (error) {
      warn('getToken gave no token', error)
      throw error
    }
  }

  // The browser's own cache would hide the 304, so the tag is kept and sent by hand.
  #fetch(method, path, ladder, sent) {
    const headers = { Authorization: `Bearer ${this.#token}` }
    if (path === 'checklist' && this.#etag) headers['If-None-Match'] = this.#etag
    if (sent) headers['Content-Type'] = 'application/json'
    const asked = Object.entries({ ladder, language: this.#language }).filter(([, value]) => value)
    const wanted = asked.length ? `?${asked.map(([name, value]) => `${name}=${encode(value)}`).join('&')}` : ''
    const signal = AbortSignal.timeout(PATIENCE)
    const options = { method, headers, signal, body: sent, cache: 'no-store', credentials: 'omit', mode: 'cors', keepalive: method === 'POST' }
    return request(`${this.#server}/widget/v1/${path}${wanted}`, options)
  }
}

async function body(response) {
  const answer = await response.json()
  if (!answer || typeof answer !== 'object') throw new Error('not an object')
  return answer
}

// Shaped like a checklist: something else may answer at that address.
function isChecklist(answer) {
  return ['reached', 'total'].every((name) => Number.isInteger(answer[name]))
    && (!answer.ladder || typeof answer.ladder.key === 'string')
    && Array.isArray(answer.phases)
    && answer.phases.every((phase) => Array.isArray(phase.rungs) && phase.rungs.every(isRung))
}

function isMessage(message) {
  return Boolean(message) && [message.id, message.title, message.text].every((text) => typeof text === 'string')
}

function isRung(rung) {
  return Boolean(rung) && [rung.key, rung.title, rung.state].every((text) => typeof text === 'string')
}
