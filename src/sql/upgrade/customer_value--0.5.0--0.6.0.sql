-- complain if the script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION customer_value UPDATE TO '0.6.0'" to load this file. \quit
