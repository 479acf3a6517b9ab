// dom.js: elements made and changed in place. All text goes in as text: nothing of a state is ever read as HTML.
// An update touches only what differs, so that a page that runs for hours neither grows nor loses the reader's selection.
/// make("p", {class: "summary"}, "text", child…)
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children);
  return element;
}

export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value);
  }
}

export function setText(element, text) {
  const wanted = String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

export function setStyle(element, name, value) {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}

export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/// Gives `parent` one child for each item: `makeChild(item)` makes what is missing, `update(child, item, index)` fills each.
export function eachChild(parent, items, makeChild, update) {
  while (parent.children.length > items.length) parent.lastElementChild.remove();
  for (let index = 0; index < items.length; ++index) {
    const child = parent.children[index] || parent.appendChild(makeChild(items[index]));
    update(child, items[index], index);
  }
}

/// The options of a <select>, its choice kept where it is still there.
export function setOptions(select, options) {
  const chosen = select.value;
  eachChild(
    select,
    options,
    () => make("option"),
    (option, {value, text}) => {
      setAttribute(option, "value", value);
      setText(option, text);
    },
  );
  const kept = options.some((option) => String(option.value) === chosen);
  const wanted = kept ? chosen : options.length > 0 ? String(options[0].value) : "";
  if (select.value !== wanted) select.value = wanted;
}

/// A labelled <select> for a panel's tools.
export function makeSelect(label, options, changed) {
  const select = make("select");
  setOptions(select, options);
  select.addEventListener("change", changed);
  return {label: make("label", {class: "tool"}, make("span", {}, label), select), select};
}

export function makeButton(text, label, pressed) {
  const button = make("button", {type: "button", class: "tool", "aria-label": label, title: label}, text);
  button.addEventListener("click", pressed);
  return button;
}
