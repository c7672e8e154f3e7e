#!/usr/bin/env perl
# Runs the examples of README.md and docs/*.md and compares what they print. In a page, a block ```sql is fed to psql;
# a block ```text that follows it is what psql prints. Each page has a database of its own, where the extension is there
# unless the page creates it. With --update the blocks are rewritten with what psql prints: read the difference.
use strict;
use warnings;
use File::Basename qw(dirname basename);
use File::Temp qw(tempfile);
use Test::More;

my $root   = dirname(__FILE__) . '/../..';
my $update = grep { $_ eq '--update' } @ARGV;
my @pages  = grep { !/^--/ } @ARGV;
@pages = ("$root/README.md", glob("$root/docs/*.md")) unless @pages;
my $marker = '-- end of example --';

# Answers of psql, one for each example, in one session
sub run_examples {
    my ($database, @examples) = @_;
    my ($script, $name) = tempfile(UNLINK => 1);
    print $script "\\set QUIET on\n\\pset footer on\n";
    print $script "$_\n\\echo $marker\n" for @examples;
    close $script;
    my $output = `psql -X -q -d $database < $name 2>&1`;
    return split /^\Q$marker\E\n/m, $output, -1;
}

sub tidy { my $text = shift; $text =~ s/[ \t]+$//mg; $text =~ s/\n+\z/\n/; $text =~ s/\A\n+//; return $text }

for my $page (@pages) {
    open my $in, '<:raw', $page or die "$page: $!";
    my $text = do { local $/; <$in> };
    close $in;
    (my $database = 'docs_' . lc basename($page, '.md')) =~ s/\W/_/g;
    my @parts = split /^(```sql\n.*?^```\n(?:\n*```text\n.*?^```\n)?)/ms, $text;
    my @numbers = grep { $_ % 2 } 0 .. $#parts;
    my @examples = map { $parts[$_] =~ /\A```sql\n(.*?)^```\n/ms; $1 } @numbers;
    next unless @examples;
    system("dropdb --if-exists $database 2>/dev/null; createdb $database") == 0 or die "createdb $database";
    system("psql -Xq -d $database -c 'CREATE EXTENSION customer_value'") == 0 or die 'CREATE EXTENSION'
        unless $text =~ /^CREATE EXTENSION customer_value/m;
    my @answers = run_examples($database, @examples);
    for my $i (0 .. $#examples) {
        my $got = tidy($answers[$i] // "psql ended early\n");
        my ($first) = $examples[$i] =~ /(\S[^\n]*)/;
        my $name = basename($page) . ": $first";
        if ($parts[$numbers[$i]] =~ /^```text\n(.*?)^```\n/ms) {
            my $expected = tidy($1);
            if ($update) { substr($parts[$numbers[$i]], $-[1], $+[1] - $-[1]) = $got; pass($name) }
            else         { is($got, $expected, $name) }
        } else {
            is($got, '', $name);
        }
    }
    if ($update) {
        open my $out, '>:raw', $page or die "$page: $!";
        print $out join '', @parts;
    }
}
done_testing();
