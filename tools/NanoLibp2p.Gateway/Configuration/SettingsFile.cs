using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using NanoLibp2p.Gateway.Storage;

namespace NanoLibp2p.Gateway.Configuration;

/// <summary>
/// The settings file: JSON with comments, nested as the keys are, and the <c>version</c> of its form, 1 unless it says otherwise. An older
/// form is brought forward as it is read; the file stays as it is.
/// </summary>
internal static class SettingsFile
{
    private const int MaxBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions _form = new()
    {
        CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false, MaxDepth = 16,
    };

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="version">The form that the settings have now.</param>
    /// <param name="migrations">Brings the form of each version, from 1 on, to that of the next.</param>
    /// <returns>Its settings as one JSON object, without <c>version</c>.</returns>
    /// <exception cref="GatewayException">It can't be read; the message says why.</exception>
    internal static JsonElement Read(string path, int version, IReadOnlyList<Action<JsonObject>> migrations)
    {
        JsonObject root;
        try
        {
            // a stream's reader passes a byte order mark over
            using MemoryStream file = new(SmallFile.ReadBytes(path, MaxBytes));
            root = JsonNode.Parse(file, documentOptions: _form) as JsonObject
                ?? throw Wrong($"{path} is no JSON object; begin it with {{ and end it with }}");
        }
        catch (JsonException e)
        {
            throw Wrong($"{path} is no JSON in line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {FirstSentence(e.Message)}");
        }
        catch (InvalidOperationException)
        {
            throw HalfCharacter(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Wrong($"there is no settings file {path}; leave --config out to run with what is standard");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Wrong(Directory.Exists(path) ? $"{path} is a folder; give the name of a settings file"
                : $"cannot read the settings in {path}: {Disk.Why(e)}");
        }

        int from = VersionOf(root, path);
        if (from > version)
        {
            throw Wrong($"{path} is of version {from}, and this program knows settings up to version {version}; use a newer program");
        }

        root.Remove("version");
        for (; from < version; from++)
        {
            migrations[from - 1](root);
        }

        try
        {
            return JsonSerializer.SerializeToElement(root, GatewayJson.Lines);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw HalfCharacter(path);
        }
    }

    private static int VersionOf(JsonObject root, string path)
    {
        if (!root.TryGetPropertyValue("version", out JsonNode? node))
        {
            return 1;
        }

        return node is JsonValue value && value.TryGetValue(out int number) && number >= 1 ? number
            : throw Wrong($"{path}: version is {node?.ToJsonString() ?? "null"}, which no settings have; give {SettingsTable.Version}");
    }

    // the reader's own message ends with a position, which is told already
    private static string FirstSentence(string message)
    {
        int at = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (at > 0 ? message[..at] : message).Trim().TrimEnd('.');
    }

    // which names tell of when they are read, and texts when they are used
    private static GatewayException HalfCharacter(string path)
        => Wrong($"{path} has half a character in a name or a text: \\ud800 to \\udfff stand for one in pairs alone");

    private static GatewayException Wrong(string sentence) => new(sentence, isConfiguration: true);
}
