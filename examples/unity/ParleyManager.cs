using Convai.Runtime.Components;
using Convai.Runtime.Core;
using Convai.Runtime.Core.Configuration;
using UnityEngine;

/// <summary>
/// A ConvaiManager that talks to a Parley server. Put it where the ConvaiManager is, remove that one, and fill in
/// the two fields; nothing else in the scene changes.
/// </summary>
public sealed class ParleyManager : ConvaiManager
{
    [Tooltip("The server's address without /connect, such as http://192.168.1.20:8080")]
    [SerializeField] private string _serverUrl = "http://127.0.0.1:8080";

    [Tooltip("A key of the server. PARLEY_API_KEY of the environment goes before it, so that none need be in a scene.")]
    [SerializeField] private string _apiKey = "";

    protected override ConvaiRuntimeBuilder CreateRuntimeBuilder()
    {
        ConvaiRuntimeBuilder builder = base.CreateRuntimeBuilder();
        string fromEnvironment = System.Environment.GetEnvironmentVariable("PARLEY_API_KEY");
        string apiKey = string.IsNullOrEmpty(fromEnvironment) ? _apiKey : fromEnvironment;
        if (string.IsNullOrEmpty(apiKey))
        {
            Debug.LogError("ParleyManager has no API key.", this);
        }

        builder.UseConfig(new ConvaiBootstrapConfigSnapshot(
            apiKey: apiKey,
            serverUrl: _serverUrl.TrimEnd('/')
        ));
        return builder;
    }
}
