'use strict';
// The tables: authors, and their books.

const { DataTypes } = require('sequelize');

function defineModels(sequelize) {
  const options = { underscored: true, timestamps: false };
  const Author = sequelize.define('author', { name: { type: DataTypes.STRING(80), allowNull: false } }, options);
  const Book = sequelize.define(
    'book',
    {
      isbn: { type: DataTypes.STRING(13), unique: true, validate: { isNumeric: true, len: [13, 13] } },
      title: { type: DataTypes.STRING, allowNull: false, validate: { notEmpty: true } },
      price: { type: DataTypes.DECIMAL(8, 2), validate: { min: 0 } },
      published: DataTypes.DATEONLY,
    },
    options,
  );
  Author.hasMany(Book);
  Book.belongsTo(Author);
  return { Author, Book };
}

module.exports = { defineModels };
