using System;
using System.CommandLine;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Cli.Commands.Gateway;

/// <summary><c>gateway store</c>: what an operator does with a store of mail that no gateway has open.</summary>
internal static class StoreCommand
{
    private const string Sqlite = "sqlite:";

    internal static Command Create() => new("store", "Look after the store of mail while no gateway runs on it")
    {
        Check(), Repair(), Compact(), Copy(),
    };

    private static Command Check()
    {
        Option<string?> store = Store();
        Command command = new("check", "Read every message, and say what is wrong; changes nothing, ends with 1 when something is")
            { store };
        command.SetGatewayAction((parsed, output) => DoAsync(parsed, store, async one =>
        {
            PostboxReport report = await one.CheckAsync();
            Tell(output, "checked", report, "is whole", "is damaged");
            return report.IsWhole ? 0 : throw new CliException(
                "the store is damaged; have what is whole in its place by: nanolibp2p gateway store repair");
        }));
        return command;
    }

    private static Command Repair()
    {
        Option<string?> store = Store();
        Command command = new("repair", "Keep what is whole, and put it in the place of the damaged store, which stays beside it")
            { store };
        command.SetGatewayAction((parsed, output) => DoAsync(parsed, store, async one =>
        {
            Tell(output, "repaired", await one.RepairAsync(), "was whole", "is repaired; dropped");
            return 0;
        }));
        return command;
    }

    private static Command Compact()
    {
        Option<string?> store = Store();
        Command command = new("compact", "Give back the room of what is gone, and its last traces with it") { store };
        command.SetGatewayAction((parsed, output) => DoAsync(parsed, store, async one =>
        {
            (long before, long after) = await one.CompactAsync();
            JsonObject json = Output.Event("compacted");
            json["before"] = before;
            json["after"] = after;
            output.Tell(json, $"{before} bytes are {after} now");
            return 0;
        }));
        return command;
    }

    private static Command Copy()
    {
        Argument<string> from = new("FROM") { Description = "A store, such as sqlite:/var/lib/nanolibp2p/stores/postbox.db" };
        Argument<string> to = new("TO") { Description = "Another one; what is in it stays" };
        Command command = new("copy", "Copy all mail that is whole into another store; can be done again when it broke off") { from, to };
        command.SetGatewayAction(async (parsed, output) =>
        {
            string source = parsed.GetRequiredValue(from);
            string target = parsed.GetRequiredValue(to);
            if (PathOf(source) is { } path && path == PathOf(target))
            {
                throw new CliException($"FROM and TO are one store, {path}; give another one", CliException.WrongArguments);
            }

            return await GuardAsync(async () =>
            {
                await using SqlitePostboxStore one = Open(source, mustExist: true);
                await using SqlitePostboxStore other = Open(target, mustExist: false);
                Tell(output, "copied", await PostboxCopy.RunAsync(one, other), "is copied whole", "is copied; left out");
                return 0;
            });
        });
        return command;
    }

    private static Option<string?> Store() => new("--store")
    {
        Description = "The store, sqlite:PATH [default: postbox.db in the data folder's stores]", HelpName = "STORE",
    };

    private static Task<int> DoAsync(ParseResult parsed, Option<string?> store, Func<IPostboxStoreUpkeep, Task<int>> what)
        => GuardAsync(async () =>
        {
            string address = parsed.GetValue(store)
                ?? Sqlite + Path.Combine(GatewayOptions.Load(parsed).Data, NanoLibp2p.Gateway.Storage.Backup.Stores, "postbox.db");
            await using SqlitePostboxStore one = Open(address, mustExist: true);
            return await what(one);
        });

    private static async Task<int> GuardAsync(Func<Task<int>> what)
    {
        try
        {
            return await what();
        }
        catch (PostboxStoreException e)
        {
            throw new CliException(e.Message);
        }
    }

    private static SqlitePostboxStore Open(string address, bool mustExist)
    {
        string path = PathOf(address) ?? throw new CliException($"'{address}' is no store that this can look after; give sqlite:PATH",
            CliException.WrongArguments);
        return !mustExist || File.Exists(path) ? new SqlitePostboxStore(new SqlitePostboxOptions { Path = path })
            : throw new CliException($"there is no store {path}; give another one, or the gateway's folder with --data",
                CliException.WrongArguments);
    }

    private static string? PathOf(string address)
        => address.StartsWith(Sqlite, StringComparison.Ordinal) && address.Length > Sqlite.Length
            ? Path.GetFullPath(address[Sqlite.Length..]) : null;

    private static void Tell(Output output, string name, PostboxReport report, string good, string bad)
    {
        JsonObject json = Output.Event(name);
        json["mailboxes"] = report.Mailboxes;
        json["items"] = report.Items;
        json["settled"] = report.Settled;
        json["damaged"] = report.Damaged;
        json["problems"] = new JsonArray([.. report.Problems]);
        string verdict = report.IsWhole ? good : $"{bad} {report.Damaged} entries";
        output.Tell(json, $"{report.Mailboxes} mailboxes, {report.Items} messages that wait, {report.Settled} that are settled: {verdict}");
        foreach (string problem in report.Problems)
        {
            output.Note($"  {problem}");
        }
    }
}
