type Asked<I, R> = Readonly<{ item: I; resolve: (result: R) => void; reject: (error: unknown) => void }>;

/**
 * What many ask for at about the same time, done in one go: while one lot is being done the next one gathers, so one
 * alone never waits, and many share a round trip.
 */
export class Together<I, R = void> {
  private waiting: Asked<I, R>[] = [];
  private busy = false;

  /** @param work does all of them, in their order, or none @param most in one go */
  constructor(
    private readonly work: (items: readonly I[]) => Promise<readonly R[] | void>,
    private readonly most = 200,
  ) {}

  ask(item: I): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.busy) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0) {
      const lot = this.waiting.splice(0, this.most);
      try {
        const results = await this.work(lot.map(({ item }) => item));
        lot.forEach(({ resolve }, index) => resolve(results?.[index] as R));
      } catch (error) {
        for (const { reject } of lot) reject(error);
      }
    }
    this.busy = false;
  }
}
