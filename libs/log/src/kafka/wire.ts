/** Where in which outbox a message stood: `<outbox>/<offset>`. */
export const FROM_HEADER = 'fengsui-from';

/** Positions in Kafka are others than positions in PostgreSQL: an installation that changes its log must not take the one for the other. */
export const kafkaPlace = (topic: string): string => `kafka/${topic}`;

export type KafkaLogOptions = Readonly<{
  /** Records taken in one transaction. */ batchSize: number;
  onTrouble: (error: unknown, what: string) => void;
  /** A consumer that cannot go on by itself: the process must end, so that someone notices. */ onFatal: (error: Error) => void;
}>;
