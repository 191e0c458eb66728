import { expect, test } from 'vitest';
import { ReadingPlace } from './place.ts';

/** A log of a page, 400 high, whose every message takes 50. */
class Log {
  clientHeight = 400;
  private at = 0;
  constructor(public first: number, public last: number) {}
  get scrollHeight(): number {
    return Math.max(this.clientHeight, (this.last - this.first + 1) * 50);
  }
  get scrollTop(): number {
    return this.at;
  }
  set scrollTop(to: number) {
    this.at = Math.max(0, Math.min(to, this.scrollHeight - this.clientHeight));
  }
  /** The first message that is seen, and how far it is cut. */
  get seen(): string {
    return `${this.first + Math.floor(this.at / 50)}+${this.at % 50}`;
  }
}

function opened(first: number, last: number): { log: Log; place: ReadingPlace; draw: (own?: boolean) => void } {
  const log = new Log(first, last);
  const place = new ReadingPlace();
  const draw = (own = false): void => place.drawn(log, log.first, log.last, own);
  draw();
  return { log, place, draw };
}

test('a conversation opens at its newest message, and who is there stays there', () => {
  const { log, place, draw } = opened(101, 200);
  expect(log.seen).toBe('193+0');
  place.scrolled(log);
  log.last = 201;
  draw();
  expect(log.seen).toBe('194+0');
});

test('who scrolls up to the first message wants those before it, and goes on reading where they were', () => {
  const { log, place, draw } = opened(101, 200);
  log.scrollTop = 500;
  expect(place.scrolled(log)).toBe(false);
  log.scrollTop = 30;
  expect(place.scrolled(log)).toBe(true);
  log.first = 1;
  draw();
  expect(log.seen).toBe('101+30');
  expect(place.scrolled(log), 'the browser tells of the move; nobody scrolled up').toBe(false);
});

test('nothing moves for who reads further up, unless they write', () => {
  const { log, place, draw } = opened(101, 200);
  log.scrollTop = 1000;
  place.scrolled(log);
  log.last = 202;
  draw();
  expect(log.seen).toBe('121+0');
  log.last = 203;
  draw(true);
  expect(log.seen).toBe('196+0');
});

test('a picture that comes in late does not push the newest message out of sight', () => {
  const { log, place } = opened(101, 200);
  log.last = 204;
  place.grown(log);
  expect(log.seen).toBe('197+0');
});

test('a log that was hidden shows its newest message again', () => {
  const { log, place, draw } = opened(101, 200);
  log.scrollTop = 1000;
  place.scrolled(log);
  log.clientHeight = 0;
  draw();
  log.clientHeight = 400;
  log.scrollTop = 0;
  draw();
  expect(log.seen).toBe('193+0');
});
