using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Footprint.Metering;
using NanoLibp2p.Memory;
using NanoLibp2p.PubSub;
using Spectre.Console;

namespace NanoLibp2p.Footprint.Report;

/// <summary>The report for people.</summary>
internal static class Tables
{
    public static void Print(IAnsiConsole console, IReadOnlyList<Result> results)
    {
        Table table = Numbers("Operation", "IL instructions", "budget", "stretch", "weighted", "calls", "native calls", "heap bytes",
            "deepest stack");
        foreach (Board board in Board.All)
        {
            table.AddColumn(new TableColumn(board.Name).RightAligned());
        }
        foreach (Result result in results)
        {
            Measurement count = result.Measurement;
            List<string> cells = new()
            {
                Markup.Escape(result.Operation.Name), Judged(result), Number(result.Budget?.Limit), Number(result.Budget?.Stretch),
                    Number(result.Weighted),
                Number(count.Calls), Number(count.PlatformCalls), Number(count.Bytes),
                    $"{Number(count.DeepestFrames)} / {Number(count.DeepestBytes)} B",
            };
            cells.AddRange(Board.All.Select(board => Seconds(board.Seconds(result.Instructions))));
            table.AddRow([.. cells]);
        }
        console.Write(table);
        console.WriteLine("Weighted: by the measured cost of each opcode, call and native call, in average instructions. Calls, heap bytes "
            + "and stack (frames / bytes)");
        console.WriteLine("are for the whole run; heap and stack in nanoCLR's sizes.");
        console.WriteLine(Board.Model);
    }

    public static void Print(IAnsiConsole console, IReadOnlyList<AssemblySize> sizes)
    {
        Table table = Numbers("Assembly", "IL", "nano byte code", "nano .pe", "most locals", "longest branch");
        foreach (AssemblySize size in sizes)
        {
            int crypto = size.Name == "NanoLibp2p.Crypto" ? Budgets.CryptoByteCode : Budgets.ByteCode;
            table.AddRow(size.Name, Number(size.IlBytes), Colour(Number(size.ByteCodeBytes), size.ByteCodeBytes > crypto),
                Number(size.FlashBytes),
                Colour(Most(size.MostLocals), size.MostLocals.Count > Budgets.Locals),
                Colour(Most(size.LongestBranch), size.LongestBranch.Bytes > Budgets.BranchDistance));
        }
        console.Write(table);
        foreach (SizeLimit limit in Budgets.Flash)
        {
            console.MarkupLine(
                $"{Markup.Escape(limit.Name)}: {Colour(Number(limit.Bytes(sizes)), limit.IsOver(sizes))} of {Number(limit.Limit)} bytes");
        }
        console.WriteLine(
            $"Limits: {Number(Budgets.CryptoByteCode)} bytes of byte code in the cryptography, {Number(Budgets.ByteCode)} in any assembly, "
            + $"{Budgets.Locals} locals, branches of {Number(Budgets.BranchDistance)} bytes.");
    }

    public static void Print(IAnsiConsole console, MemoryBill bill)
    {
        Table table = Numbers("Heap of the default sensor node", "bytes");
        for (int line = 0; line < bill.Count; line++)
        {
            table.AddRow(Markup.Escape(bill.Name(line)), Number(bill.Bytes(line)));
        }
        table.AddRow("total", Number(bill.Total));
        console.Write(table);
        int further = MemoryBill.Of(new NodeOptions { MaxConnections = 2 }, new PubSubOptions()).Total - bill.Total;
        console.WriteLine($"Each further connection: {Number(further)} bytes. Each message: 0.");
    }

    public static void PrintProfile(IAnsiConsole console, Result result)
    {
        long total = result.Measurement.Instructions;
        Table table = Numbers("Method", "entered", "IL instructions", "each", "share", "weighted");
        foreach (MethodCount method in result.Measurement.Methods())
        {
            table.AddRow(Markup.Escape(method.Method), Number(method.Entered), Number(method.Instructions),
                Number(method.Entered == 0 ? null : method.Instructions / method.Entered),
                ((double)method.Instructions / total).ToString("P1", CultureInfo.InvariantCulture), Number(method.Weighted));
        }
        console.WriteLine($"{result.Operation.Name}: {Number(total)} IL instructions in all"
            + (result.Operation.Units > 1 ? $", {Number(result.Operation.Units)} units" : ""));
        console.Write(table);
        foreach ((string method, long calls) in result.Measurement.PlatformMethods())
        {
            console.WriteLine($"  native {method}: {Number(calls)} calls");
        }
    }

    private static Table Numbers(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        for (int i = 0; i < columns.Length; i++)
        {
            TableColumn column = new TableColumn(columns[i]).NoWrap();
            table.AddColumn(i == 0 ? column : column.RightAligned());
        }
        return table;
    }

    private static string Judged(Result result) => result.Budget == null
        ? Number(result.Instructions)
        : $"[{(result.IsOver ? "red" : result.Instructions > result.Budget.Stretch ? "yellow" : "green")}]{Number(result.Instructions)}[/]";

    private static string Colour(string text, bool over) => over ? $"[red]{Markup.Escape(text)}[/]" : Markup.Escape(text);

    private static string Most((string Method, int Count) most) => most.Count == 0 ? "" : $"{most.Method} {Number(most.Count)}";

    private static string Number(long? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "";

    private static string Seconds(double seconds) => seconds switch
    {
        >= 0.1 => seconds.ToString("0.00 s", CultureInfo.InvariantCulture),
        >= 1e-3 => (seconds * 1e3).ToString("0.0 ms", CultureInfo.InvariantCulture),
        _ => (seconds * 1e6).ToString("0 µs", CultureInfo.InvariantCulture),
    };
}
