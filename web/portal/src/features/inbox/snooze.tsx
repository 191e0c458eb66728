import { Button, DatePicker, Dropdown, Modal } from 'antd';
import type { Dayjs } from 'dayjs';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** The next day at nine, `days` ahead, by the viewer's clock. */
function morning(days: number): Date {
  const at = new Date();
  at.setDate(at.getDate() + days);
  at.setHours(9, 0, 0, 0);
  return at;
}

const CHOICES: Record<string, () => Date> = {
  hour: () => new Date(Date.now() + 3_600_000),
  hours: () => new Date(Date.now() + 4 * 3_600_000),
  tomorrow: () => morning(1),
  week: () => morning(((8 - new Date().getDay()) % 7) || 7),
};

/** Puts a conversation out of sight until a moment. */
export function Snooze(props: { onChoose: (until: Date) => void }): ReactNode {
  const { t } = useTranslation();
  const [picking, setPicking] = useState(false);
  const [at, setAt] = useState<Dayjs | null>(null);
  const items = [...Object.keys(CHOICES), 'other'].map((key) => ({ key, label: t(`snooze.${key}`) }));
  const choose = (key: string): void => {
    const until = CHOICES[key];
    if (until) props.onChoose(until());
    else setPicking(true);
  };
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items, onClick: ({ key }) => choose(key) }}>
        <Button aria-haspopup="menu">{t('thread.snooze')} ▾</Button>
      </Dropdown>
      <Modal
        open={picking}
        title={t('snooze.other')}
        okButtonProps={{ disabled: !at || at.valueOf() <= Date.now() }}
        onCancel={() => setPicking(false)}
        onOk={() => {
          setPicking(false);
          if (at) props.onChoose(at.toDate());
        }}
      >
        <DatePicker aria-label={t('snooze.other')} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" value={at} onChange={setAt} style={{ width: '100%' }} />
      </Modal>
    </>
  );
}
