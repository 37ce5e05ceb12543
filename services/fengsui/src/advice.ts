/** The setting that an error of the system is about: the message of the system names neither. */
const SETTINGS: Readonly<Record<string, string>> = {
  EADDRINUSE: '端口被占用：改 FENGSUI_HTTP_PORT / the port is taken: set FENGSUI_HTTP_PORT',
  EADDRNOTAVAIL: '本机没有这个地址：改 FENGSUI_HTTP_HOST / not an address of this machine: set FENGSUI_HTTP_HOST',
  EACCES: '没有权限：检查 FENGSUI_HOME 和输出文件 / not permitted: look at FENGSUI_HOME and the file to be written',
  ENOSPC: '磁盘已满：FENGSUI_HOME 所在磁盘 / the disk of FENGSUI_HOME is full',
  ECONNREFUSED: '数据库或 Kafka 没有应答：检查 DATABASE_URL、KAFKA_BROKERS / look at DATABASE_URL and KAFKA_BROKERS',
  ENOTFOUND: '主机名无法解析：检查 DATABASE_URL、KAFKA_BROKERS / look at DATABASE_URL and KAFKA_BROKERS',
  '28P01': '数据库密码不对：检查 DATABASE_URL / the password in DATABASE_URL is wrong',
  '3D000': '没有这个数据库：检查 DATABASE_URL / there is no such database: look at DATABASE_URL',
};

/** @returns a line to put behind the message of an error, or nothing */
export function advice(error: unknown): string {
  const { code, errors } = (error ?? {}) as { code?: string; errors?: readonly unknown[] };
  const found = SETTINGS[code ?? ''] ?? SETTINGS[(errors?.[0] as { code?: string } | undefined)?.code ?? ''];
  return found === undefined ? '' : `\n${found}`;
}
