import type { EnumRef, InputFieldMap } from '@pothos/core';
import type { SQL, Table } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { z } from 'zod';
import type { Rule } from '../../../access/requirements.ts';
import type { RowRule } from '../../../access/row-rules.ts';
import type { VersionedTable } from '../../../access/rows.ts';
import type { Permission } from '../../../identity/permissions.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import type { AggregateSpec } from '../aggregate/aggregate-spec.ts';
import type { SchemaTypes } from '../builder.ts';
import type { CustomFilter } from '../filters.ts';
import type { InputBuilder } from '../mutation.ts';
import type { PersonalEntry } from '../personal-data.ts';
import type { SearchWeight } from '../search/searchable.ts';

// The types of `spec.ts` without their table parameter, for the code behind `defineResource`. Only `define-resource.ts`
// casts from one to the other.

export type AnyRow = { id: string; version: number } & Record<string, unknown>;
export type Values = Record<string, unknown>;

export interface FieldOptions {
  description: string;
  personal?: PersonalEntry;
  filtered?: boolean;
  sorted?: boolean;
  needs?: Permission;
  as?: string;
  min?: number;
  max?: number;
  notBefore?: string;
  absent?: 'first' | 'last';
  currency?: string;
  type?: string;
  inputType?: string;
  check?: z.ZodType;
  default?: string | { description: string; value: (viewer: Viewer) => unknown };
  values?: Record<string, string> | EnumRef<SchemaTypes, unknown>;
  steps?: Record<string, readonly string[]>;
  listDescription?: string | true;
  inputDescription?: string;
  alwaysVisible?: true;
}

export type AnyWriter =
  | Permission
  | { needs?: Permission; allow: (viewer: Viewer, row: AnyRow) => boolean; allowedTo: string };

export interface HookArguments {
  tx: TenantTx;
  viewer: Viewer;
  id?: string;
  parent: AnyRow | undefined;
  extra?: Values;
  values?: Values;
  current?: AnyRow;
  next?: AnyRow;
}

export interface AnyOperation {
  description?: string;
  write?: AnyWriter;
  writes?: readonly string[];
  bulk?: number;
  warns?: true;
  from?: Record<string, readonly unknown[]>;
  inUse?: string;
  input?: (t: InputBuilder) => InputFieldMap;
  requires?: (given: HookArguments) => readonly Rule[];
  before?: (given: HookArguments) => Values | undefined | Promise<Values | undefined>;
}

export interface AnyAction extends AnyOperation {
  description: string;
  event: string;
}

export interface AnyTrash {
  name: string;
  description?: string;
  write?: AnyWriter;
  requires?: (given: { viewer: Viewer; current: AnyRow }) => readonly Rule[];
  before?: (given: {
    tx: TenantTx;
    viewer: Viewer;
    current: AnyRow;
  }) => Values | undefined | Promise<Values | undefined>;
}

export interface AnySpec {
  name: string;
  noun?: string;
  nouns?: string;
  description: string;
  module?: string;
  parent?: string;
  lockParent?: boolean;
  read: 'parent' | ((viewer: Viewer) => RowRule);
  write?: AnyWriter;
  fields: Record<string, string | FieldOptions>;
  filters?: Record<string, Omit<CustomFilter, 'where'> & { where: (value: unknown, row: Table) => SQL }>;
  search?: Record<string, SearchWeight>;
  order?: Record<string, 'asc' | 'desc'>;
  hiddenBy?: string;
  list?: string | false;
  create?: AnyOperation;
  update?: AnyOperation;
  delete?: true | AnyOperation;
  trash?: AnyTrash;
  upsert?: number;
  lockUpsert?: (tx: TenantTx, viewer: Viewer, rows: readonly object[]) => Promise<void>;
  aggregate?: AggregateSpec;
}

/** A table that a resource can be declared over. */
export type AnyTable = VersionedTable & Record<string, PgColumn>;
