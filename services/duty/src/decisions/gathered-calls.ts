import { one, type Db } from '@fengsui/database';

/** The call in which a thing is, together with others, that would have had this one of its own. */
export async function callMeant(db: Db, id: string): Promise<string> {
  const found = await one<{ call: string }>(db, 'select call from duty.gathered where id = $1 and call is not null', [
    id,
  ]);
  return found?.call ?? id;
}
