using System;
using System.Linq;
using NanoLibp2p.Footprint.Metering;

namespace NanoLibp2p.Footprint.Tests;

/// <summary>Counts against instructions counted by hand; what the compiler makes of each line stands beside it.</summary>
public class InstructionTests
{
    [Fact]
    public void Straight_code_counts_each_instruction_once()
    {
        // ldarg ldarg add ret
        using Sample sample = new("public static int Add(int a, int b) { return a + b; }");

        Assert.Equal(4, sample.Count("Add", 1, 2).Instructions);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void A_loop_counts_its_body_for_every_turn(int turns)
    {
        // 5 before; body 8; condition 3, once more than the body; 2 after
        using Sample sample = new("public static int Sum(int n) { int s = 0; for (int i = 0; i < n; i++) s += i; return s; }");

        Assert.Equal(10 + 11 * turns, sample.Count("Sum", turns).Instructions);
    }

    [Fact]
    public void A_loop_that_starts_the_method_enters_it_once()
    {
        // turn: ldarg ldc sub starg ldarg ldc bgt; then ret
        using Sample sample = new("public static void Spin(int n) { do { n--; } while (n > 0); }");

        Measurement count = sample.Count("Spin", 9);

        Assert.Equal(7 * 9 + 1, count.Instructions);
        Assert.Equal(1, count.DeepestFrames);
        Assert.Equal(1, Assert.Single(count.Methods()).Entered);
    }

    [Theory]
    [InlineData(true, 2 + 2)]
    [InlineData(false, 2 + 4)]
    public void Only_the_branch_that_is_taken_counts(bool taken, int instructions)
    {
        // ldarg brfalse | ldc ret | ldarg ldc and ret
        using Sample sample = new("public static int Pick(bool a, int b) { if (a) return 1; return b & 7; }");

        Assert.Equal(instructions, sample.Count("Pick", taken, 5).Instructions);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 6)]
    [InlineData(2, 8)]
    [InlineData(3, 5)]
    public void A_switch_counts_its_case(int value, int instructions)
    {
        // ldarg switch | ldc ret | ldarg ldc add ret | ldarg ldc add ldc mul ret | (default, after the switch) br; ldc ret
        using Sample sample = new("""
            public static int Case(int v) {
                switch (v) { case 0: return 10; case 1: return v + 3; case 2: return (v + 3) * 5; default: return 9; }
            }
            """);

        Assert.Equal(instructions, sample.Count("Case", value).Instructions);
    }

    [Fact]
    public void A_long_method_survives_the_rewriting_of_its_short_branches()
    {
        // the branch over the body grows beyond a short one when counters are added; not taken: the loop's 5 + 3 + ret
        string body = string.Concat(Enumerable.Repeat("if (n == 7) x ^= n;", 40));
        using Sample sample = new($"public static int Long(int n) {{ int x = 0; for (int i = 0; i < n; i++) {{ {body} }} return x; }}");

        // each if: ldarg ldc bne, then ldloc ldarg xor stloc when it is seven
        Assert.Equal(5 + 3 + 2, sample.Count("Long", 0).Instructions);
        Assert.Equal(5 + 3 + 2 + (40 * 3 + 4 + 3) * 3, sample.Count("Long", 3).Instructions);
        Assert.Equal(5 + 3 + 2 + (40 * 7 + 4 + 3) * 7, sample.Count("Long", 7).Instructions);
    }

    [Fact]
    public void A_call_counts_itself_and_what_it_calls()
    {
        // Outer: ldarg call ldarg call add ret; Inner: ldarg ldc mul ret
        using Sample sample =
            new("public static int Outer(int a) { return Inner(a) + Inner(a); } static int Inner(int a) { return a * 3; }");

        Measurement count = sample.Count("Outer", 4);

        Assert.Equal(6 + 2 * 4, count.Instructions);
        Assert.Equal(2, count.Calls);
        Assert.Equal(0, count.PlatformCalls);
        Assert.Contains(count.Methods(), method => method is { Method: "S.Inner", Entered: 2, Instructions: 8 });
    }

    [Fact]
    public void A_call_of_the_platform_counts_as_one_instruction()
    {
        // ldarg ldarg ldarg call ret
        using Sample sample = new("public static void Copy(byte[] a, byte[] b, int n) { Array.Copy(a, b, n); }");

        Measurement count = sample.Count("Copy", new byte[100], new byte[100], 100);

        Assert.Equal(5, count.Instructions);
        Assert.Equal(1, count.PlatformCalls);
        Assert.Equal([("Array.Copy", 1L)], count.PlatformMethods());
    }

    [Fact]
    public void An_exception_leaves_what_it_skips_uncounted()
    {
        // Catch: call | (skipped: ldc stloc leave) | pop ldc stloc leave | ldloc ret; Fail: newobj throw
        using Sample sample = new("""
            public static int Catch() { try { Fail(); return 1; } catch (InvalidOperationException) { return 2; } }
            static void Fail() { throw new InvalidOperationException(); }
            """);

        Assert.Equal(1 + 2 + 4 + 2, sample.Count("Catch").Instructions);
    }

    [Theory]
    [InlineData(false, 2 + 2 + 13 + 3)]
    [InlineData(true, 2 + 3 + 7 + 4)]
    public void A_finally_counts_both_ways(bool fail, int instructions)
    {
        // Outer: ldarg call, then leave ret, or pop leave ret (the catch)
        // Inner: ldarg call, then ldsfld ldc add stsfld leave, or nothing; the finally: ldsfld ldc add stsfld endfinally; ret, or nothing
        // Maybe: ldarg brfalse, then ret, or newobj throw
        using Sample sample = new("""
            static int x;
            public static void Outer(bool fail) { try { Inner(fail); } catch (InvalidOperationException) { } }
            static void Inner(bool fail) { try { Maybe(fail); x += 2; } finally { x += 1; } }
            static void Maybe(bool fail) { if (fail) throw new InvalidOperationException(); }
            """);

        Assert.Equal(instructions, sample.Count("Outer", fail).Instructions);
    }

    [Theory]
    [InlineData(3, "caught")]
    [InlineData(4, "passed on")]
    public void A_filter_counts_whether_it_matches_or_not(int value, string outcome)
    {
        using Sample sample = new("""
            static int seen;
            public static void Filter(int v) { try { Throw(); } catch (InvalidOperationException) when (Odd(v)) { seen++; } }
            static bool Odd(int v) { return (v & 1) != 0; }
            static void Throw() { throw new InvalidOperationException(); }
            """);

        Measurement? count = null;
        Exception? thrown = Record.Exception(() => count = sample.Count("Filter", value));

        Assert.Equal(outcome, thrown == null ? "caught" : "passed on");
        if (thrown == null)
        {
            // Odd: ldarg ldc and ldc cgt.un ret; Throw: newobj throw
            Assert.Contains(count!.Methods(), method => method is { Method: "S.Odd", Entered: 1, Instructions: 6 });
            Assert.Contains(count.Methods(), method => method is { Method: "S.Throw", Entered: 1, Instructions: 2 });
        }
    }

    [Fact]
    public void Static_constructors_have_run_before_as_on_a_device()
    {
        // ldsfld ldlen conv ret
        using Sample sample = new("static readonly byte[] table = new byte[100]; public static int Length() { return table.Length; }");

        Measurement count = sample.Count("Length");

        Assert.Equal(4, count.Instructions);
        Assert.Equal(0, count.Bytes);
    }

    [Fact]
    public void The_same_work_gives_the_same_count_and_other_work_shows_even_where_the_sum_is_equal()
    {
        using Sample sample = new("public static int Pick(bool a, int b) { if (a) return b + 1; return b - 1; }");

        Measurement yes = sample.Count("Pick", true, 1);
        Measurement again = sample.Count("Pick", true, 2);
        Measurement no = sample.Count("Pick", false, 1);

        Assert.True(yes.RanTheSameBlocksAs(again));
        Assert.Equal(yes.Instructions, no.Instructions);
        Assert.False(yes.RanTheSameBlocksAs(no));
    }

    [Theory]
    [InlineData("int", "a = a + b;", 4.00)]
    [InlineData("int", "a = a - b;", 4.58)]
    [InlineData("long", "a = a + b;", 4.32)]
    [InlineData("long", "a = a * b;", 4.13)]
    [InlineData("int", "a = a >> 3;", 3.32)]
    [InlineData("long", "a = a >> 3;", 3.77)]
    [InlineData("ulong", "a = a >> 3;", 3.32)]
    [InlineData("long", "a = a / b;", 5.26)]
    [InlineData("int", "a = a / b;", 4.26)]
    public void A_statement_weighs_what_was_measured_on_the_interpreter(string type, string statement, double average)
    {
        // 1,000 of them less none of them; the measured nanoseconds are in the facts: 12.4 for a = a + b, which is four
        using Sample sample = new($$"""
            public static {{type}} None({{type}} a, {{type}} b) { return a; }
            public static {{type}} Many({{type}} a, {{type}} b) { {{string.Concat(Enumerable.Repeat(statement, 1000))}} return a; }
            """);
        object one = Convert.ChangeType(1, type switch { "int" => typeof(int), "long" => typeof(long), _ => typeof(ulong) });

        double weighed = (sample.Count("Many", one, one).Weighted - sample.Count("None", one, one).Weighted) / 1000.0;

        Assert.Equal(average, weighed, 0.05 * average);
    }
}
