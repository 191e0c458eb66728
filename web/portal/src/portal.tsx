import { App as AntApp, ConfigProvider, theme as antTheme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Provider, useQuery } from 'urql';
import { createClient } from './lib/client.ts';
import { State } from './lib/page.tsx';
import { currentTheme, setTheme } from './lib/theme.ts';
import { VIEWER, ViewerProvider } from './lib/viewer.tsx';
import { Shell } from './shell.tsx';

function SignedIn(props: { dark: boolean; onTheme: () => void }): ReactNode {
  const [{ data, fetching, error }] = useQuery({ query: VIEWER });
  return (
    <State fetching={fetching && !data} error={data ? undefined : error}>
      {data && (
        <ViewerProvider viewer={data.viewer}>
          <Shell dark={props.dark} onTheme={props.onTheme} />
        </ViewerProvider>
      )}
    </State>
  );
}

/** The portal of a signed-in member. */
export default function Portal(): ReactNode {
  const { i18n } = useTranslation();
  const [theme, choose] = useState(currentTheme);
  const client = useMemo(createClient, []);
  const dark = theme === 'dark';
  const onTheme = (): void => {
    const next = dark ? 'light' : 'dark';
    setTheme(next);
    choose(next);
  };
  return (
    <ConfigProvider
      locale={i18n.language === 'zh-CN' ? zhCN : enUS}
      theme={{
        algorithm: dark ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
        // The presets' own colours are too pale for small text (WCAG 2.2, 4.5 to 1).
        components: {
          Layout: { bodyBg: 'var(--bg)', siderBg: 'var(--card)', lightSiderBg: 'var(--card)' },
          ...(dark ? { Tabs: { itemSelectedColor: '#8fb3ff' }, Menu: { darkItemBg: '#1d1f22' } } : {}),
        },
        token: {
          // Menus and dialogs must not wait for a movement that does not come.
          motion: !matchMedia('(prefers-reduced-motion: reduce)').matches,
          ...(dark
            ? {}
            : {
                colorSuccess: '#237804', colorSuccessBg: '#eaf8e2', colorSuccessBorder: '#b7eb8f',
                colorWarning: '#874d00', colorWarningBg: '#fff6d9', colorWarningBorder: '#ffe58f',
                colorErrorBg: '#fff1f0', colorErrorBorder: '#ffccc7',
                colorInfo: '#0b4ab8', colorInfoBg: '#e8f1ff', colorInfoBorder: '#a8c8ff',
              }),
          colorError: dark ? '#ff9ea2' : '#c31d24',
          colorPrimary: dark ? '#3c72d8' : '#1456d9',
          // Hovered buttons keep the contrast of their words.
          colorPrimaryHover: dark ? '#2f62c4' : '#0e46ad',
          colorLink: dark ? '#8fb3ff' : '#1456d9',
          colorTextDescription: dark ? '#b3b3b3' : '#595959',
          colorTextPlaceholder: dark ? '#a6a6a6' : '#6b6b6b',
          colorTextDisabled: dark ? '#a6a6a6' : '#6b6b6b',
          colorTextQuaternary: dark ? '#a6a6a6' : '#6b6b6b',
          colorTextTertiary: dark ? '#b3b3b3' : '#595959',
        },
      }}
    >
      <AntApp message={{ maxCount: 3 }}>
        <Provider value={client}>
          <SignedIn dark={dark} onTheme={onTheme} />
        </Provider>
      </AntApp>
    </ConfigProvider>
  );
}
