import { useTranslation } from 'react-i18next';

/** Words in the viewer's language, or in the other one. */
export function useWords(): (words: { zh: string; en: string }) => string {
  const { i18n } = useTranslation();
  return ({ zh, en }) => (i18n.language.startsWith('zh') ? zh || en : en || zh);
}
