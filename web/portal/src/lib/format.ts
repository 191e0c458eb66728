import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useViewer } from './viewer.tsx';

const EXPONENT: Record<string, number> = { CNY: 2, USD: 2, EUR: 2, JPY: 0, KWD: 3 };

/** How many minor units a unit of a currency has. */
export function minorUnits(currency: string): number {
  return 10 ** (EXPONENT[currency] ?? 2);
}

type Formats = {
  time: (at: string) => string;
  date: (at: string) => string;
  money: (money: { amount: string; currency: string }) => string;
  number: (value: number) => string;
  /** An exact decimal number, which no float holds. */
  decimal: (value: string) => string;
};

/** Dates, times and money in the viewer's language and the firm's time zone. */
export function useFormat(): Formats {
  const { i18n } = useTranslation();
  const { timeZone } = useViewer().tenant;
  const locale = i18n.language;
  return useMemo(() => {
    const time = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'short', timeStyle: 'short' });
    const date = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' });
    const number = new Intl.NumberFormat(locale);
    const exact = new Intl.NumberFormat(locale, { maximumFractionDigits: 12 });
    return {
      time: (at) => time.format(new Date(at)),
      date: (at) => date.format(new Date(at)),
      number: (value) => number.format(value),
      decimal: (value) => exact.format(value as Intl.StringNumericLiteral),
      money: ({ amount, currency }) => new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount as Intl.StringNumericLiteral),
    };
  }, [locale, timeZone]);
}
