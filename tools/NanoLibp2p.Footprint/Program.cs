using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Footprint.Metering;
using NanoLibp2p.Footprint.Operations;
using NanoLibp2p.Footprint.Report;
using NanoLibp2p.Memory;
using NanoLibp2p.PubSub;
using Spectre.Console;

namespace NanoLibp2p.Footprint;

internal static class Program
{
    internal static int Main(string[] args)
    {
        Argument<string[]> names = new("operation")
        {
            Description = "Only operations whose name has this in it; all when none is given",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> json = new("--json") { Description = "One JSON object a line, for programs" };
        Option<bool> profile = new("--profile") { Description = "Where an operation's instructions go, method by method" };
        Option<DirectoryInfo> from = new("--from") { Description = "Folder with device builds to take in place of those built in" };
        Option<bool> check = new("--check") { Description = "Exit with 1 when a budget is exceeded" };
        RootCommand root = new("Counts the IL instructions, calls, heap bytes and stack of nanoLibp2p's operations on a device.")
        {
            names, json, profile, from, check,
        };
        root.SetAction(result => Run(
            result.GetValue(names) ?? [], result.GetValue(json), result.GetValue(profile), result.GetValue(from), result.GetValue(check)));
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            Console.Error.WriteLine(string.Join(Environment.NewLine, parsed.Errors.Select(error => error.Message)));
            return 2;
        }
        return parsed.Invoke();
    }

    private static int Run(string[] names, bool json, bool profile, DirectoryInfo? from, bool check)
    {
        Operation[] operations = OperationList.All
            .Where(operation => names.Length == 0 || names.Any(name => operation.Name.Contains(name, StringComparison.OrdinalIgnoreCase)))
            .ToArray();
        if (operations.Length == 0)
        {
            Console.Error.WriteLine($"no operation has {string.Join(" or ", names)} in its name; run without arguments to see all");
            return 2;
        }
        try
        {
            if (from != null)
            {
                SharedAssemblies.TakeFrom(from.FullName);
            }
            Result[] results = operations.Select(Result.Of).ToArray();
            string[] assemblies = names.Length > 0 ? [] : [.. SharedAssemblies.Names.Order(StringComparer.Ordinal)];
            AssemblySize[] sizes = assemblies.Select(name => AssemblySize.Of(SharedAssemblies.Image(name))).ToArray();
            Print(results, sizes, json, profile);
            return check && (results.Any(result => result.IsOver) || Budgets.Flash.Any(limit => limit.IsOver(sizes))) ? 1 : 0;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or NotImplementedException)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
    }

    private static void Print(IReadOnlyList<Result> results, AssemblySize[] sizes, bool json, bool profile)
    {
        if (json)
        {
            foreach (Result result in results)
            {
                Json.Print(Console.Out, result);
            }
            if (sizes.Length > 0)
            {
                Json.Print(Console.Out, sizes);
            }
            return;
        }
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 240;
        }
        Tables.Print(console, results);
        if (profile)
        {
            foreach (Result result in results)
            {
                Tables.PrintProfile(console, result);
            }
        }
        if (sizes.Length > 0)
        {
            Tables.Print(console, sizes);
            Tables.Print(console, MemoryBill.Of(new NodeOptions(), new PubSubOptions()));
        }
    }
}
