'use strict';
// The database: a server of which there is no more than its answers, and the models of its tables.

const pg = require('pg');
const { Sequelize } = require('sequelize');
const { defineModels } = require('./models.js');

// A day is a text: the same in every time zone.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

/** A database whose server gives the answers in turn; it keeps the statements that it is sent. */
function openDatabase(dialect, answers) {
  const statements = [];
  const connection = connect([...answers], statements);
  const sequelize = new Sequelize({ dialect, logging: false });
  sequelize.connectionManager.getConnection = async () => connection;
  sequelize.connectionManager.releaseConnection = () => {};
  return { sequelize, statements, ...defineModels(sequelize) };
}

/** What sequelize needs of a connection to a PostgreSQL server. */
function connect(answers, statements) {
  return {
    query(text, ...rest) {
      const done = rest.pop();
      statements.push({ text, values: rest[0] ?? [] });
      const { error, ...answer } = answers.shift();
      if (error) done(Object.assign(new pg.DatabaseError(error.message), error));
      else done(null, parse(answer));
    },
  };
}

/** An answer as the driver parses it: values come as texts, each of a type that its column names. */
function parse({ command, columns = [], rows = [] }) {
  const result = new pg.Result(undefined, pg.types);
  result.addFields(columns.map(([name, dataTypeID]) => ({ name, dataTypeID, format: 'text' })));
  for (const row of rows) result.addRow(result.parseRow(row));
  result.addCommandComplete({ text: command });
  return result;
}

module.exports = { openDatabase };
