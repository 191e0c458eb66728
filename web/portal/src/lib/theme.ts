const KEY = 'lingxi.theme';

/** Light or dark, as chosen or as the system has it. */
export function currentTheme(): 'light' | 'dark' {
  const stored = localStorage.getItem(KEY);
  if (stored === 'dark' || stored === 'light') return stored;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Switches and remembers. */
export function setTheme(theme: 'light' | 'dark'): void {
  localStorage.setItem(KEY, theme);
  document.documentElement.dataset.theme = theme;
}

document.documentElement.dataset.theme = currentTheme();
