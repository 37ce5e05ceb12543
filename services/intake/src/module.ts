import { Clock } from '@fengsui/database';
import { LOG, type Log } from '@fengsui/log';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HttpDoor } from './http-door.js';
import { IntakeQuery } from './query.js';
import { Receiving } from './receive.js';

@Module({
  controllers: [HttpDoor],
  providers: [
    {
      provide: Receiving,
      inject: [DataSource, LOG, Clock],
      useFactory: (db: DataSource, log: Log, clock: Clock) => new Receiving(db, log, clock),
    },
    { provide: IntakeQuery, inject: [DataSource], useFactory: (db: DataSource) => new IntakeQuery(db) },
  ],
  exports: [Receiving, IntakeQuery],
})
export class IntakeModule {}
