/** What a log on a page tells of its scrolling. */
type Scrolled = { scrollTop: number; readonly scrollHeight: number; readonly clientHeight: number };

/** So near to an end of the log, in pixels, counts as being there. */
const NEAR = 48;

/**
 * Where somebody reads in a log of numbered messages that grows at both ends. Who is at the newest stays there; for who
 * reads further up nothing moves, whether messages come in below or earlier ones above.
 */
export class ReadingPlace {
  private atEnd = true;
  private oldest = 0;
  private newest = 0;
  private height = 0;
  private top = 0;

  /** After drawing the messages of these numbers. What the reader wrote themselves is always shown. */
  drawn(log: Scrolled, oldest: number, newest: number, own: boolean): void {
    if (log.clientHeight === 0) {
      // A log that is not shown forgets where it was.
      this.atEnd = true;
      return;
    }
    if (newest > this.newest && own) this.atEnd = true;
    if (!this.atEnd && oldest < this.oldest) log.scrollTop += log.scrollHeight - this.height;
    this.oldest = oldest;
    this.newest = newest;
    this.grown(log);
  }

  /** After a picture has come in, or the log has another size. */
  grown(log: Scrolled): void {
    if (this.atEnd) log.scrollTop = log.scrollHeight;
    this.height = log.scrollHeight;
    this.top = log.scrollTop;
  }

  /** After scrolling: whether the reader has come up to the first message and wants those before it. */
  scrolled(log: Scrolled): boolean {
    const up = log.scrollTop < this.top;
    this.atEnd = log.scrollHeight - log.clientHeight - log.scrollTop < NEAR;
    this.height = log.scrollHeight;
    this.top = log.scrollTop;
    return up && log.scrollTop < NEAR;
  }
}
