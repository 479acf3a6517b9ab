// theme.js: light or dark, as the system has it until the reader chooses. Charts on canvases read their colours here.
const kThemes = ["system", "light", "dark"];
const kWords = {system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark"};
const listeners = [];
let colors = null;

function remembered() {
  try {
    return localStorage.getItem("bask-theme");
  } catch {
    return null; // a file that may not store anything
  }
}

function remember(theme) {
  try {
    localStorage.setItem("bask-theme", theme);
  } catch {
    // the choice lasts as long as the page
  }
}

export function startTheme() {
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let theme = kThemes.includes(remembered()) ? remembered() : "system";
  const show = () => {
    document.documentElement.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
    button.textContent = kWords[theme];
    colors = null;
    for (const listener of listeners) listener();
  };
  button.addEventListener("click", () => {
    theme = kThemes[(kThemes.indexOf(theme) + 1) % kThemes.length];
    remember(theme);
    show();
  });
  dark.addEventListener("change", show);
  show();
}

export function onTheme(listener) {
  listeners.push(listener);
}

/// A color of the style sheet by its name: themeColor("panel") is that of --panel.
export function themeColor(name) {
  if (colors === null) colors = {style: getComputedStyle(document.documentElement), known: new Map()};
  if (!colors.known.has(name)) colors.known.set(name, colors.style.getPropertyValue(`--${name}`).trim());
  return colors.known.get(name);
}
