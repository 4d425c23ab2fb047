using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace NanoLibp2p.Gateway.Configuration;

/// <summary>Where settings come from: a file, variables, flags; the later ones count for more.</summary>
internal sealed class SettingsSources
{
    /// <summary>How the variables of settings begin.</summary>
    internal const string Prefix = "NANOLIBP2P__";

    /// <summary>The name of a settings file that is found by itself.</summary>
    internal const string FileName = "gateway.json";

    /// <summary>The file that was asked for; null to look where such files are kept, and to do without.</summary>
    internal string? File { get; init; }

    /// <summary>The environment.</summary>
    internal IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Flags in the order given: the flag's name for people, the setting's key, and its texts; several for a list.</summary>
    internal IReadOnlyList<(string Flag, string Key, string[] Texts)> Flags { get; init; } = [];

    /// <summary>This process's environment.</summary>
    internal static IReadOnlyDictionary<string, string> ProcessEnvironment()
        => System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(one => (string)one.Key, one => (string)one.Value!, StringComparer.Ordinal);

    /// <summary>The file to read: the one that was asked for, or one that is where such files are kept: systemd's configuration folder,
    /// then the user's. Null when there is none.</summary>
    internal string? FindFile()
    {
        if (File != null)
        {
            return File;
        }

        IEnumerable<string> folders = (Environment.GetValueOrDefault("CONFIGURATION_DIRECTORY") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Append(Path.Combine(ConfigurationHome(), "nanolibp2p"));
        return folders.Select(folder => Path.Combine(folder, FileName)).FirstOrDefault(System.IO.File.Exists);
    }

    /// <summary>The data folder when nobody names one: systemd's state folder, or the user's own (XDG base directory
    /// specification).</summary>
    internal string StandardData()
    {
        string? state = (Environment.GetValueOrDefault("STATE_DIRECTORY") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault();
        if (state != null)
        {
            return state;
        }

        string? home = Environment.GetValueOrDefault("XDG_DATA_HOME");
        home = string.IsNullOrEmpty(home) ? Folder(System.Environment.SpecialFolder.LocalApplicationData) : home;
        return Path.Combine(home.Length > 0 ? home : ".", "nanolibp2p", "gateway");
    }

    /// <summary>The folder of what may be lost when nobody names one: systemd's, or the user's own (XDG base directory
    /// specification).</summary>
    internal string StandardCache()
    {
        string? cache = (Environment.GetValueOrDefault("CACHE_DIRECTORY") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault();
        if (cache != null)
        {
            return cache;
        }

        return CacheOf("gateway", Environment.GetValueOrDefault("XDG_CACHE_HOME"));
    }

    /// <summary>The folder of what a program of the user may lose.</summary>
    /// <param name="program">Which.</param>
    /// <param name="home">The user's folder of caches (XDG_CACHE_HOME); null or empty for the system's.</param>
    internal static string CacheOf(string program, string? home)
    {
        if (string.IsNullOrEmpty(home))
        {
            home = OperatingSystem.IsWindows() ? Path.Combine(Folder(System.Environment.SpecialFolder.LocalApplicationData), "Temp")
                : Path.Combine(Folder(System.Environment.SpecialFolder.UserProfile), ".cache");
        }

        return Path.Combine(home, "nanolibp2p", program);
    }

    private string ConfigurationHome()
    {
        string? home = Environment.GetValueOrDefault("XDG_CONFIG_HOME");
        return string.IsNullOrEmpty(home) ? Folder(System.Environment.SpecialFolder.ApplicationData) : home;
    }

    // also one that is not there yet: whoever makes it first must not move the others
    private static string Folder(System.Environment.SpecialFolder folder)
        => System.Environment.GetFolderPath(folder, System.Environment.SpecialFolderOption.DoNotVerify);
}
