// What the widget uses of the browser, taken when the script loads: what a page patches later is never called.
const page = document
const { AbortSignal, CSS, CSSStyleSheet, Date, HTMLElement, HTMLTextAreaElement, Intl, JSON, Map, Math, Object, Promise, Set, URL } = window
const { console, customElements, performance } = window
const script = page.currentScript
const request = window.fetch.bind(window)
const later = window.setTimeout.bind(window)
const cancel = window.clearTimeout.bind(window)
const encode = window.encodeURIComponent

const native = (method) => Function.prototype.call.bind(method)
const getter = (prototype, name) => native(Object.getOwnPropertyDescriptor(prototype, name).get)
const setter = (prototype, name) => native(Object.getOwnPropertyDescriptor(prototype, name).set)
const create = page.createElement.bind(page)
const createNS = page.createElementNS.bind(page)
const createText = page.createTextNode.bind(page)
const append = native(Node.prototype.appendChild)
const removeNode = native(Element.prototype.remove)
const replaceChildren = native(Element.prototype.replaceChildren)
const setAttribute = native(Element.prototype.setAttribute)
const toggleAttribute = native(Element.prototype.toggleAttribute)
const getAttribute = native(Element.prototype.getAttribute)
const queryAll = native(Element.prototype.querySelectorAll)
const setText = setter(Node.prototype, 'textContent')
const valueOf = getter(HTMLTextAreaElement.prototype, 'value')
const attachShadow = native(Element.prototype.attachShadow)
const adopt = setter(ShadowRoot.prototype, 'adoptedStyleSheets')
const activeIn = getter(ShadowRoot.prototype, 'activeElement')
const setProperty = native(CSSStyleDeclaration.prototype.setProperty)
const styleOf = getter(HTMLElement.prototype, 'style')
const focusOn = native(HTMLElement.prototype.focus)
const listen = native(EventTarget.prototype.addEventListener)
const unlisten = native(EventTarget.prototype.removeEventListener)
const isHidden = getter(Document.prototype, 'hidden').bind(null, page)
