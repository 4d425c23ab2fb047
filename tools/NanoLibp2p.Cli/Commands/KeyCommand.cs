using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using NanoLibp2p.Core;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>key new</c> and <c>key show</c>: identities and their files.</summary>
internal static class KeyCommand
{
    internal static Command Create() => new("key", "Make a key, or show one: who a peer is") { CreateNew(), CreateShow() };

    private static Command CreateNew()
    {
        Option<FileInfo?> file = new("--out") { Description = "File for the key, readable by you alone; an existing one is never "
            + "overwritten. Without it the key is shown", HelpName = "FILE" };
        Option<string?> seed = new("--seed")
        {
            Description = "The key's 32 bytes as 64 hexadecimal digits, for a key that is always the same; who knows them is this peer",
            HelpName = "HEX",
        };
        seed.Validators.Add(CheckSeed);
        Command command = new("new", "Make an Ed25519 key in libp2p's protobuf form") { file, seed };
        command.SetAction(parsed =>
        {
            Identity identity = parsed.GetValue(seed) is { } hex ? Keys.FromSeed(Convert.FromHexString(hex)) : Keys.Create();
            FileInfo? to = parsed.GetValue(file);
            if (to != null)
            {
                Keys.Write(identity, to);
            }
            // a key that went nowhere else would be lost
            Show(Output.Of(parsed), identity, to, withPrivate: to == null);
            return 0;
        });
        return command;
    }

    private static Command CreateShow()
    {
        Argument<FileInfo> file = new("FILE") { Description = "A key file that 'key new' or another libp2p program wrote" };
        Option<bool> secret = new("--private") { Description = "Show the private key too: who has it is this peer" };
        Command command = new("show", "Show a key's peer id and public key") { file, secret };
        command.SetAction(parsed =>
        {
            FileInfo from = parsed.GetRequiredValue(file);
            Show(Output.Of(parsed), Keys.Read(from), from, parsed.GetValue(secret));
            return 0;
        });
        return command;
    }

    private static void Show(Output output, Identity identity, FileInfo? file, bool withPrivate)
    {
        string peer = identity.PeerId.ToString();
        string cid = identity.PeerId.ToCid();
        string publicKey = Convert.ToBase64String(identity.PublicKeyProtobuf);
        string publicHex = Convert.ToHexStringLower(identity.PublicKeyProtobuf);
        JsonObject json = Output.Event("key");
        json["file"] = file?.ToString();
        json["type"] = "Ed25519";
        json["peerId"] = peer;
        json["cid"] = cid;
        json["publicKey"] = publicKey;
        json["publicKeyHex"] = publicHex;
        string? privateKey = withPrivate ? Convert.ToBase64String(identity.ToProtobuf()) : null;
        if (withPrivate)
        {
            json["privateKey"] = privateKey;
        }
        output.Tell(json, $"[bold]peer id[/]      {peer}");
        output.Note($"[bold]as CID[/]       {cid}");
        output.Note($"[bold]public key[/]   {publicKey}");
        output.Note($"             {publicHex}");
        if (privateKey != null)
        {
            output.Note($"[bold]private key[/]  {privateKey}");
        }
        if (file != null)
        {
            output.Note($"[bold]file[/]         {file.ToString()}");
        }
    }

    private static void CheckSeed(OptionResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (text.Length != 2 * Keys.SeedBytes || !text.All(char.IsAsciiHexDigit))
        {
            // it may be a secret with one digit too many: not shown
            string fault = text.Length == 2 * Keys.SeedBytes ? "not all hexadecimal"
                : text.Length < 2 * Keys.SeedBytes ? "too short" : "too long";
            result.AddError($"a seed of {text.Length} characters is {fault}; give {2 * Keys.SeedBytes} hexadecimal digits, or leave --seed "
                + "out");
        }
    }
}
