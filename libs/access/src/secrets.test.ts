import { expect, it } from '@jest/globals';
import { newSecretKey, secret, SecretBox } from './secrets.js';

it('are 256 bits that nobody guesses', () => {
  const made = Array.from({ length: 100 }, secret);
  expect(new Set(made).size).toBe(100);
  for (const one of made) expect(Buffer.from(one, 'base64url')).toHaveLength(32);
});

it('opens what it closed, for its owner, with its key, and as it was', () => {
  const box = new SecretBox(newSecretKey());
  const kept = box.close('JBSWY3DPEHPK3PXP', 'liang');
  expect(kept).not.toContain('JBSWY3DPEHPK3PXP');
  expect(box.open(kept, 'liang')).toBe('JBSWY3DPEHPK3PXP');
  expect(box.close('JBSWY3DPEHPK3PXP', 'liang')).not.toBe(kept);
  expect(() => box.open(kept, 'zheng')).toThrow();
  expect(() => new SecretBox(newSecretKey()).open(kept, 'liang')).toThrow();
  expect(() => box.open(`${kept.slice(0, -2)}${kept.endsWith('AA') ? 'BB' : 'AA'}`, 'liang')).toThrow();
});

it('reads what was written before secrets were closed', () => {
  expect(new SecretBox(newSecretKey()).open('JBSWY3DPEHPK3PXP', 'liang')).toBe('JBSWY3DPEHPK3PXP');
});
