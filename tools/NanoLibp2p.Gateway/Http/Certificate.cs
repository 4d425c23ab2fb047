using System;
using System.IO;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Storage;

namespace NanoLibp2p.Gateway.Http;

/// <summary>The certificate of https and of secure WebSockets, with those between it and its authority; read again on SIGHUP.</summary>
internal sealed class Certificate
{
    private SslStreamCertificateContext? _current;

    internal Certificate(GatewaySettings settings)
    {
        Reload(settings);
    }

    /// <summary>Null where there is none.</summary>
    internal SslStreamCertificateContext? Current => Volatile.Read(ref _current);

    /// <summary>Reads it again.</summary>
    /// <exception cref="GatewayException">It can't be read, or key and certificate do not belong together: then the former one
    /// stays.</exception>
    internal void Reload(GatewaySettings settings)
    {
        if (settings.HttpCertificate.Length == 0 || settings.HttpCertificateKey.Length == 0)
        {
            return;
        }

        try
        {
            X509Certificate2Collection chain = [];
            string certificate = SmallFile.ReadText(settings.HttpCertificate);
            chain.ImportFromPem(certificate);
            Volatile.Write(ref _current, SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPem(certificate, SmallFile.ReadText(settings.HttpCertificateKey)), chain, offline: true));
        }
        catch (Exception e) when (Disk.IsFailure(e) || e is CryptographicException or ArgumentException)
        {
            throw new GatewayException($"cannot take the certificate in {settings.HttpCertificate} with the key in "
                + $"{settings.HttpCertificateKey}: {(e is FileNotFoundException or DirectoryNotFoundException ? "a file is not there"
                    : Disk.Why(e))}; give both as PEM files", isConfiguration: true, e);
        }
    }
}
