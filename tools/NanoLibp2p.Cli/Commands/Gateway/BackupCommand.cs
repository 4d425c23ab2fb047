using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Storage;

namespace NanoLibp2p.Cli.Commands.Gateway;

/// <summary><c>gateway backup</c> and <c>gateway restore</c>.</summary>
internal static class BackupCommand
{
    internal static Command Create()
    {
        Argument<FileInfo> file = new("FILE") { Description = "Where the backup goes: secret as the identity in it" };
        Command command = new("backup", "Keep identity, static key, tokens, block list and stores in one file; also while it runs")
            { file };
        command.SetGatewayAction((parsed, output) =>
        {
            FileInfo target = parsed.GetValue(file)!;
            IReadOnlyList<string> names = Backup.Write(GatewayOptions.Load(parsed).Data, target.FullName);
            JsonObject json = Output.Event("backup");
            json["file"] = target.ToString();
            json["files"] = new JsonArray([.. names.Select(one => (JsonNode)one)]);
            output.Tell(json, $"{target.ToString()} has {string.Join(", ", names)}");
            return Task.FromResult(0);
        });
        return command;
    }

    internal static Command CreateRestore()
    {
        Argument<FileInfo> file = new("FILE") { Description = "A backup" };
        Command command = new("restore", "Put a backup in the data folder's place; what is there is kept beside it, and none may run on it")
            { file };
        command.SetGatewayAction((parsed, output) =>
        {
            string data = GatewayOptions.Load(parsed).Data;
            string? former = Backup.Restore(parsed.GetValue(file)!.FullName, data, DateTimeOffset.UtcNow);
            JsonObject json = Output.Event("restored");
            json["data"] = data;
            json["former"] = former;
            output.Tell(json, $"{data} is restored{(former == null ? "" : $"; what was there is in {former}")}");
            return Task.FromResult(0);
        });
        return command;
    }
}
